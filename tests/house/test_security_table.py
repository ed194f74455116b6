"""Every test and setting that docs/security.md names exists."""

import re

import pytest
from django.conf import settings

TEXT = (settings.BASE_DIR / "docs" / "security.md").read_text(encoding="utf-8")
NAMED = re.findall(r"^\| (V[\d.]+) \|.*\| `([^`:]+)::(\w+)` \|$", TEXT, re.MULTILINE)


def test_every_line_of_the_table_names_its_answer() -> None:
    lines = re.findall(r"^\| V[\d.]+ ", TEXT, re.MULTILINE)
    assert len(lines) == len(NAMED) > 10


@pytest.mark.parametrize(("item", "file", "name"), NAMED)
def test_what_answers_for_an_item_exists(item: str, file: str, name: str) -> None:
    source = (settings.BASE_DIR / file).read_text(encoding="utf-8")
    assert re.search(rf"^\s*(?:def {name}\(|{name}\b.*=)", source, re.MULTILINE), (
        f"{item}: no {name} in {file}"
    )
