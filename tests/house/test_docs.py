"""The documents hold together: links lead somewhere, commands and pages exist, no machine is named."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import get_commands

ROOT: Path = settings.BASE_DIR
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
MAKE = re.compile(r"`make ([a-z-]+)[^`]*`|^ *make ([a-z-]+)", re.MULTILINE)
COMMAND = re.compile(r"manage\.py ([a-z_]+)")

# Whose machine it was written on, and where packages come from, are nobody's business.
MACHINE_PATH = re.compile(r"(?<![\w.])/(?:work|home/\w+|Users/\w+|root)/")
REGISTRY = re.compile(
    r"pypi\.org|pythonhosted\.org|npmjs\.(?:org|com)|docker\.io|ghcr\.io|quay\.io|gcr\.io"
    r"|mirrors?\.[\w-]+\.\w+|--(?:extra-)?index-url|registry\.[\w-]+\.\w+"
)


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def kept_files() -> Iterator[Path]:
    """Every file that is or would be committed, this one left out, since it names what it looks for."""
    listing = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    for name in sorted(set(listing.stdout.split("\0")) - {""}):
        path = ROOT / name
        if path.is_file() and path != Path(__file__).resolve():
            yield path


def lines_with(pattern: re.Pattern[str], paths: Iterator[Path]) -> list[str]:
    found = []
    for path in paths:
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        for number, line in enumerate(text.splitlines(), start=1):
            match = pattern.search(line)
            if match:
                found.append(f"{name_of(path)}:{number}: {match[0]}")
    return found


@pytest.mark.parametrize("document", DOCUMENTS, ids=name_of)
def test_every_link_of_a_document_leads_to_a_file(document: Path) -> None:
    targets = LINK.findall(document.read_text(encoding="utf-8"))
    inside = [target.partition("#")[0] for target in targets if "://" not in target]
    missing = [target for target in inside if target and not (document.parent / target).exists()]
    assert not missing, f"{name_of(document)} links to what isn't there: {missing}"


def test_decisions_are_numbered_one_by_one_and_all_stand_in_the_index() -> None:
    decisions = sorted((ROOT / "docs" / "adr").glob("*.md"))
    numbers = [int(path.name[:4]) for path in decisions]
    assert numbers == list(range(1, len(decisions) + 1))
    for number, path in zip(numbers, decisions, strict=True):
        assert path.read_text(encoding="utf-8").startswith(f"# {number}. "), path.name
    index = (ROOT / "docs" / "index.md").read_text(encoding="utf-8")
    assert [path.name for path in decisions if f"(adr/{path.name})" not in index] == []


def test_every_command_that_a_document_names_exists() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))
    commands = set(get_commands())
    for document in DOCUMENTS:
        text = document.read_text(encoding="utf-8")
        made = {one or other for one, other in MAKE.findall(text)}
        assert made <= targets, f"{name_of(document)}: no such make target {made - targets}"
        named = set(COMMAND.findall(text))
        assert named <= commands, f"{name_of(document)}: no such command {named - commands}"


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        (MACHINE_PATH, "see /home/" + "someone/notes"),
        (MACHINE_PATH, "cd /work/" + "main"),
        (REGISTRY, "https://pypi." + "org/simple"),
        (REGISTRY, "FROM docker." + "io/library/python"),
    ],
)
def test_a_path_of_one_machine_or_a_registry_is_noticed(pattern: re.Pattern[str], text: str) -> None:
    assert pattern.search(text)


def test_no_file_speaks_of_one_machine() -> None:
    assert lines_with(MACHINE_PATH, kept_files()) == []


def test_no_file_names_a_package_registry() -> None:
    assert lines_with(REGISTRY, kept_files()) == []
