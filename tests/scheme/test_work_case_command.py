"""`manage.py work_case`: what it prints, and when it exits with 1."""

from pathlib import Path

import pytest

from jincheng_insurance.web.management.commands.work_case import Command

CASES = Path(__file__).parents[2] / "docs" / "cases"


def run(*files: Path) -> None:
    Command().run_from_argv(["manage.py", "work_case", "--no-color", *map(str, files)])


def exit_code(*files: Path) -> int:
    with pytest.raises(SystemExit) as stopped:
        run(*files)
    return int(str(stopped.value.code))


def test_a_right_case_is_printed_with_every_stage_and_rule(capsys: pytest.CaptureFixture[str]) -> None:
    run(CASES / "r08-annual.yaml")
    printed = capsys.readouterr().out
    assert "three stays of 1,500" in printed
    for stage, rule, amount in (("above_deductible", "R7", "2500.00"), ("already_granted", "R11", "500.00")):
        assert any(stage in line and rule in line and amount in line for line in printed.splitlines())
    claim = next(line for line in printed.splitlines() if line.strip().startswith("claims c"))
    assert claim.split() == ["claims", "c", "R11", "750.00", "750.00", "ok"]


def test_a_wrong_figure_exits_with_1_and_is_marked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    wrong = tmp_path / "wrong.yaml"
    text = (CASES / "r08-annual.yaml").read_text(encoding="utf-8")
    wrong.write_text(text.replace("c: 750", "c: 750.01"), encoding="utf-8")
    assert exit_code(CASES / "r08-annual.yaml", wrong) == 1
    printed = capsys.readouterr()
    assert "DIFFERS" in printed.out
    assert "1 of 2 cases" in printed.err


def test_a_refusal_is_printed_with_its_rule(capsys: pytest.CaptureFixture[str]) -> None:
    run(CASES / "r05-no-insurance.yaml")
    assert "R5: not in basic medical insurance" in capsys.readouterr().out


@pytest.mark.parametrize(
    "content", [b"", b"title: [", b"\xff\xfe\x00", b"{title: t, rules: [R1], year: 2026}"]
)
def test_an_unreadable_file_exits_with_1_and_says_why(
    content: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "case.yaml"
    file.write_bytes(content)
    assert exit_code(file) == 1
    assert "case.yaml: " in capsys.readouterr().err


def test_a_missing_file_and_a_folder_exit_with_1(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_code(tmp_path / "nowhere.yaml", tmp_path) == 1
    assert capsys.readouterr().err.count("can't be read") == 2
