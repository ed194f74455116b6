"""The examples in the scheme's docstrings are its manual; each has to hold."""

import doctest
import importlib
import pkgutil

import pytest

from jincheng_insurance import scheme

MODULES = sorted(module.name for module in pkgutil.iter_modules(scheme.__path__))
COMPUTING = {
    "cover", "identity", "loss_ratio", "medical", "money", "premium", "property", "regions", "settlement", "terms",
}  # fmt: skip


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_of_a_module_hold(name: str) -> None:
    module = importlib.import_module(f"jincheng_insurance.scheme.{name}")
    results = doctest.testmod(module)
    assert results.failed == 0
    if name in COMPUTING:
        assert results.attempted > 0


def test_every_computing_module_is_there() -> None:
    assert set(MODULES) >= COMPUTING
