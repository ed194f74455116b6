"""Every page of the product once, in Chinese, as one role that may see it: no barrier, no overflow, no weight."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from tests.access.town import build_town
from tests.browser.findings import findings
from tests.browser.walk import enter, one_stop_a_page, visit


@pytest.mark.usefixtures("transactional_db")
def test_no_page_bars_anybody_or_runs_over_its_edges(page: Page, live_server: LiveServer) -> None:
    town = build_town()
    axe, wrong, seen = Axe(), {}, 0
    for stop in one_stop_a_page():
        enter(page, live_server.url, town.cookies[stop.role])
        if visit(page, stop, town.own.rows):
            seen += 1
            if found := findings(page, axe):
                wrong[stop.name] = found
    assert seen > 90
    assert not wrong, "\n".join(f"{name}: {what}" for name, found in wrong.items() for what in found)
