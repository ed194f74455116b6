"""The town of the access tests, built once for each module and rolled back at its end."""

import logging
from collections.abc import Iterator

import pytest
from django.test import TestCase
from pytest_django import DjangoDbBlocker

from tests.access.town import Town, build_town


@pytest.fixture(scope="module")
def town(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Town]:
    """Lives in an open transaction of the kind that Django's own test cases hold. Not for tests that ask for `db`:
    those close the connection after themselves."""
    with django_db_blocker.unblock():
        atomics = TestCase._enter_atomics()  # type: ignore[attr-defined]
        try:
            yield build_town()
        finally:
            TestCase._rollback_atomics(atomics)  # type: ignore[attr-defined]


@pytest.fixture(autouse=True)
def _refusals_unlogged(caplog: pytest.LogCaptureFixture) -> None:
    """Hundreds of refusals are meant here; their log would bury the one that isn't."""
    caplog.set_level(logging.ERROR, logger="django.request")
    caplog.set_level(logging.ERROR, logger="django.security.csrf")
