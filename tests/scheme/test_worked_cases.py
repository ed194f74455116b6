"""The worked cases of docs/cases are right, cover every rule, and give the figures that docs/scheme.md prints."""

import re
from pathlib import Path

import pytest

from jincheng_insurance.scheme.worked_case import CaseResult, load_case, run_case

DOCS = Path(__file__).parents[2] / "docs"
FILES = sorted((DOCS / "cases").glob("*.yaml"))
ROW = re.compile(r"^\| (r\d\d-[\w-]+) \| (\S+) \| (.+) \|$", re.MULTILINE)
PROSE = (DOCS / "scheme.md").read_text(encoding="utf-8")


def run(file: Path) -> CaseResult:
    return run_case(load_case(file.read_text(encoding="utf-8")))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_worked_case_comes_out_as_expected(file: Path) -> None:
    result = run(file)
    assert [(line.label, line.expected, line.computed) for line in result.lines if not line.ok] == []
    assert any(line.expected is not None for line in result.lines)


@pytest.mark.parametrize("number", range(1, 25))
def test_a_rule_has_a_worked_case_and_a_paragraph(number: int) -> None:
    rule = f"R{number}"
    named = [file for file in FILES if file.stem.startswith(f"r{number:02}-")]
    assert named
    assert all(rule in run(file).rules for file in named)
    assert re.search(rf"^### {rule} ", PROSE, re.MULTILINE)


def test_every_worked_case_stands_in_the_documentation() -> None:
    assert {case for case, _, _ in ROW.findall(PROSE)} == {file.stem for file in FILES}


@pytest.mark.parametrize(("case", "figure", "value"), ROW.findall(PROSE))
def test_a_figure_of_the_documentation_is_the_computed_one(case: str, figure: str, value: str) -> None:
    result = run(DOCS / "cases" / f"{case}.yaml")
    section, _, name = figure.rpartition(".")
    label = f"{section} {name}".strip()
    line = next(line for line in result.lines if line.label == label)
    computed = line.rule if label == "refusal" else line.computed
    amount = re.fullmatch(r"-?\d+\.\d\d", computed)
    assert computed == value or (amount and computed.removesuffix(".00") == value)


def test_the_example_of_how_to_write_a_case_runs() -> None:
    text = PROSE.split("## Writing a worked case")[1]
    example = "\n".join(line[4:] for line in text.splitlines() if line.startswith("    "))
    assert run_case(load_case(example)).ok


def test_every_stage_of_a_case_names_its_rule() -> None:
    stages = [stage for file in FILES for line in run(file).lines for stage in line.stages]
    assert stages
    assert all(re.fullmatch(r"R([1-9]|1\d|2[0-4])", stage.rule) for stage in stages)
