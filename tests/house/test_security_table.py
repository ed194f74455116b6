"""Every test, setting and section that docs/security.md names exists, and its items are those of ASVS 5.0.0."""

import re
from collections import Counter

import pytest
from django.conf import settings

TEXT = (settings.BASE_DIR / "docs" / "security.md").read_text(encoding="utf-8")
NAMED = re.findall(r"^\| (V[\d.]+|[一-鿿]+) \|.*\| `([^`:]+)::([\w -]+)` \|$", TEXT, re.MULTILINE)
ITEMS = [item for item, _file, _name in NAMED if item.startswith("V")]
# How many items each section of the chapters that apply has, in the order of the sections.
SECTIONS = {
    1: (2, 10, 12, 3, 3),
    2: (3, 3, 5, 2),
    3: (1, 3, 5, 8, 8, 1, 5),
    4: (5, 5, 2, 4),
    5: (1, 6, 3, 3),
    6: (3, 12, 8, 6, 8, 4, 2, 4),
    7: (3, 4, 2, 5, 3, 2),
    8: (4, 4, 3, 2),
    11: (4, 5, 5, 4, 2, 2, 2),
    12: (5, 2, 5),
    13: (4, 6, 4, 7),
    14: (2, 8, 3),
    15: (5, 5, 7, 4),
    16: (1, 5, 4, 3, 4),
}


def test_every_line_of_the_tables_names_its_answer() -> None:
    lines = re.findall(r"^\| (?:V\d|[一-鿿]+ \|)", TEXT, re.MULTILINE)
    assert len(lines) == len(NAMED) > 100


def test_every_item_is_one_of_the_standard_s_and_stands_once_in_order() -> None:
    assert not [item for item, count in Counter(ITEMS).items() if count > 1]
    for item in ITEMS:
        chapter, section, place = (int(part) for part in item[1:].split("."))
        assert 1 <= place <= SECTIONS[chapter][section - 1], item


@pytest.mark.parametrize(("item", "file", "name"), NAMED)
def test_what_answers_for_an_item_exists(item: str, file: str, name: str) -> None:
    source = (settings.BASE_DIR / file).read_text(encoding="utf-8")
    if file.endswith(".md"):
        found = re.search(rf"^#+ .*{name}", source, re.MULTILINE)
    else:
        found = re.search(rf"^\s*(?:def {name}\(|{name}\b.*=)", source, re.MULTILINE)
    assert found, f"{item}: no {name} in {file}"
