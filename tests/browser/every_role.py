"""Every page for every role that may see it, in both languages, run by `make axe`: the same findings as those of
tests/browser/test_every_page.py, which looks once at each. Not part of the suite; it takes minutes."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from tests.access.town import build_town
from tests.browser.findings import findings
from tests.browser.walk import enter, stops, visit


@pytest.mark.usefixtures("transactional_db")
def test_no_page_bars_any_role_in_either_language(page: Page, live_server: LiveServer) -> None:
    town = build_town()
    axe, wrong, looks = Axe(), 0, 0
    for language in ("zh-hans", "en"):
        for stop in stops():
            enter(page, live_server.url, town.cookies[stop.role], language=language)
            if visit(page, stop, town.own.rows):
                looks += 1
                for what in findings(page, axe):
                    wrong += 1
                    print(f"{stop.name} ({language}): {what}", flush=True)
    assert not wrong, f"{wrong} findings in {looks} looks"
