"""The workbench: what it says waits is what waits, for each role within their own party, in few queries."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from jincheng_insurance.access.roles import CITY_ROLES, Role
from jincheng_insurance.web.menu import MENU
from jincheng_insurance.web.workbench import WORK, waiting_for, work_of
from tests.access.town import Town, loaded, text_of

ROW = re.compile(r'<li(?: class="one")?>(?:<a href|<form method)')
# Kinds of work whose sum is the badge of a menu entry.
BADGES = {
    "claims:list": {
        "claims-papers-in",
        "claims-returned",
        "claims-to-assess",
        "claims-to-decide",
        "claims-to-pay",
    },
    "riskpool:duties": {"duties-to-write", "duties-to-receive", "duties-to-urge"},
    "riskpool:inbox": {"notices"},
    "enrollment:accounts": {"accounts-to-decide"},
    "access:waiting": {"grants-to-decide"},
}
# What each role has to do in the town, besides new notices.
WAITS = {
    Role.CITY_OFFICER: {
        "duties-to-receive",
        "suspensions-to-decide",
        "exports-to-approve",
        "settlements-to-confirm",
    },
    Role.CITY_FINANCE: {"duties-to-receive", "premium-arrears", "settlements-to-confirm"},
    Role.COUNTY_OFFICER: {
        "accounts-to-decide",
        "exports-to-approve",
        "exports-to-fetch",
        "households-to-enrol",
        "members-to-enrol",
        "moves-to-decide",
        "numbers-to-complete",
        "participation-imports",
        "premium-arrears",
        "roster-imports",
        "statements-to-issue",
    },
    Role.COUNTY_FINANCE: {"duties-to-receive", "fund-imports", "premium-arrears"},
    Role.ADJUSTER: {"duties-to-write", "claims-to-assess", "claims-to-gather", "claims-imports"},
    Role.REVIEWER: {
        "accounts-to-decide",
        "batches-to-release",
        "claims-to-decide",
        "claims-to-pay",
        "duties-to-write",
        "payments-to-recover",
    },
    Role.AUDITOR: set(),
    Role.ADMINISTRATOR: set(),
    Role.SECURITY_OFFICER: {"grants-to-decide"},
}
MOST_QUERIES = {
    Role.CITY_OFFICER: 39,
    Role.CITY_FINANCE: 33,
    Role.COUNTY_OFFICER: 54,
    Role.COUNTY_FINANCE: 27,
    Role.ADJUSTER: 32,
    Role.REVIEWER: 36,
    Role.AUDITOR: 24,
    Role.ADMINISTRATOR: 7,
    Role.SECURITY_OFFICER: 11,
}


@pytest.mark.parametrize("role", Role)
def test_each_role_is_shown_its_own_work(town: Town, role: Role) -> None:
    found = {each.work.name for each in waiting_for(loaded(role, town))}
    assert WAITS[role] <= found, WAITS[role] - found
    assert found <= {kind.name for kind in work_of(loaded(role, town))}


@pytest.mark.parametrize("role", Role)
def test_a_count_is_that_of_the_list_it_leads_to_and_nothing_foreign_is_listed(
    town: Town, role: Role
) -> None:
    home = text_of(town.visit(role, "access:home", "GET", town.own))
    pages = [home]
    for each in waiting_for(loaded(role, town)):
        address = reverse("access:work", args=[each.work.name])
        assert f'href="{address}">{each.work.title}</a> <b class="tally">{each.count}</b>' in home
        town.own.rows["listed work"] = each.work.name
        pages.append(text_of(town.visit(role, "access:work", "GET", town.own, "listed work")))
        assert len(ROW.findall(pages[-1].partition('<ul class="work"')[2])) == each.count, each.work.name
    shown = " ".join(pages)
    assert not [one for one in (*town.own.id_numbers, *town.foreign.id_numbers) if one in shown]
    if role not in CITY_ROLES:
        foreign = town.foreign
        assert not [one for one in (*foreign.names, *foreign.codes) if one in shown]
        assert foreign.party.county.name not in shown.replace(f"来自{foreign.party.county.name}", "")


@pytest.mark.parametrize("role", Role)
def test_every_thing_that_waits_can_be_opened(town: Town, role: Role) -> None:
    for kind in work_of(loaded(role, town)):
        for row in list(kind.rows(loaded(role, town)))[:1]:
            item = kind.item(row)
            assert item.label
            if not item.post:
                assert town.get(role, item.url).status_code == 200, item
        assert town.get(role, reverse(kind.page)).status_code == 200, kind.name


@pytest.mark.parametrize("role", [role for role in Role if role not in {Role.AUDITOR, Role.ADMINISTRATOR}])
def test_the_menu_says_the_same_number(town: Town, role: Role) -> None:
    answer = town.visit(role, "access:home", "GET", town.own)
    counts = {each.work.name: each.count for each in waiting_for(loaded(role, town))}
    badges = {entry.url: entry.count for entry in answer.context["menu"]()}
    for address, names in BADGES.items():
        if reverse(address) in badges:
            assert badges[reverse(address)] == sum(counts.get(name, 0) for name in names), address
    assert set(BADGES) == {item.url_name for item in MENU.values() if item.count}


@pytest.mark.parametrize("role", Role)
def test_the_start_page_takes_few_queries(town: Town, role: Role) -> None:
    with CaptureQueriesContext(connection) as queries:
        assert town.visit(role, "access:home", "GET", town.own).status_code == 200
    assert len(queries) <= MOST_QUERIES[role], len(queries)


def test_nobody_lists_work_that_does_not_exist_or_is_not_theirs(town: Town) -> None:
    town.own.rows["listed work"] = "no-such-work"
    assert town.visit(Role.ADJUSTER, "access:work", "GET", town.own, "listed work").status_code == 404
    assert set(WORK) >= set().union(*WAITS.values())
