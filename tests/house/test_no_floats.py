"""Money is Decimal: no float literal and no call of float() in code that reckons with it."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

ROOMS = ("enrollment", "premiums", "claims", "riskpool")
MONEY_MODULES = ("models", "services", "selectors", "adjudication", "explanation")


def money_files(root: Path) -> Iterator[Path]:
    yield from sorted((root / "jincheng_insurance" / "scheme").rglob("*.py"))
    for room in ROOMS:
        for module in MONEY_MODULES:
            yield from (path for path in [root / room / f"{module}.py"] if path.exists())
            yield from sorted((root / room / module).rglob("*.py"))


def floats_in(source: str) -> list[int]:
    """The lines on which a float is written or made."""
    return [
        node.lineno
        for node in ast.walk(ast.parse(source))
        if (isinstance(node, ast.Constant) and isinstance(node.value, float | complex))
        or (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "float")
        or (isinstance(node, ast.Attribute) and node.attr == "FloatField")
    ]


@pytest.mark.parametrize(
    "source", ["share = 0.9", "x = float(share)", "x = models.FloatField()", "x = 1e3", "f(a, b=-2.5)"]
)
def test_a_float_is_noticed(source: str) -> None:
    assert floats_in(source) == [1]


@pytest.mark.parametrize("source", ['share = Decimal("0.9")', "x = 9 / y", '"0.9"', "x: float"])
def test_decimals_and_whole_numbers_pass(source: str) -> None:
    assert floats_in(source) == []


def test_no_float_stands_in_money_code() -> None:
    files = list(money_files(settings.BASE_DIR))
    assert len(files) > len(ROOMS), "the rooms moved, look for the money elsewhere"
    found = [
        f"{path.relative_to(settings.BASE_DIR)}:{line}"
        for path in files
        for line in floats_in(path.read_text(encoding="utf-8"))
    ]
    assert not found, f"floats in money code: {found}"
