"""The scheme's terms: each with its sentence in both languages, each one used known, each known one used."""

import re

import pytest
from django.template import RequestContext, Template
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import translation
from django.utils.html import escape

from claims import explanation as of_claims
from jincheng_insurance.access.roles import Role
from jincheng_insurance.web.rules import TITLES
from jincheng_insurance.web.terms import TERMS
from riskpool import explanation as of_settlements
from tests.web.test_pages import TEMPLATES
from tests.world import World, list_household, submitted_claim

USED = re.compile(r'{% term "([a-z_]+)"')


@pytest.mark.parametrize("name", TERMS)
def test_a_term_has_its_word_and_one_sentence_in_both_languages_and_its_rules(name: str) -> None:
    term = TERMS[name]
    said = {}
    for language in ("en", "zh-hans"):
        with translation.override(language):
            said[language] = (str(term.word), str(term.says))
    assert not set(said["en"]) & set(said["zh-hans"])
    assert said["en"][1].endswith(".")
    assert said["zh-hans"][1].endswith("。")
    assert said["zh-hans"][1].count("。") == 1
    assert set(term.rules.split()) <= set(TITLES)


def test_what_is_due_and_allocated_is_not_what_remains_of_it() -> None:
    with translation.override("zh-hans"):
        for name in ("due", "allocated"):
            assert "不论是否已拨付" in str(TERMS[name].says)


def test_the_pages_use_every_term_and_no_unknown_one() -> None:
    used = {name for path in TEMPLATES for name in USED.findall(path.read_text("utf-8"))}
    assert used | set(of_claims.TERMS.values()) | of_settlements.TERMS == set(TERMS)


def rendered(source: str, **headers: str) -> str:
    request = RequestFactory().get("/", headers=headers)
    with translation.override("en"):
        return Template("{% load house %}" + source).render(RequestContext(request))


def test_a_term_is_a_button_that_shows_its_own_sentence() -> None:
    html = rendered('{% term "deductible" %}{% term "deductible" "Bears alone" %}')
    shown = re.findall(
        r'popovertarget="([^"]+)">([^<]+)</button><span class="tip" id="([^"]+)" popover>', html
    )
    assert [word for _, word, _ in shown] == ["Deductible", "Bears alone"]
    assert [button for button, _, _ in shown] == [tip for _, _, tip in shown]
    assert len({tip for _, _, tip in shown}) == 2
    assert html.count("2,000 yuan inpatient") == 2


def test_a_term_of_a_fragment_never_takes_the_place_of_one_on_the_page() -> None:
    place = re.compile(r'id="([^"]+)"')
    page, part = rendered('{% term "excess" %}'), rendered('{% term "excess" %}', **{"HX-Request": "true"})
    assert place.findall(page) != place.findall(part)


def test_the_main_pages_explain_the_terms_they_use(world: World) -> None:
    party = world.own
    list_household(party)
    claim, agreement = submitted_claim(party), party.agreement
    pages = (
        (
            Role.CITY_OFFICER,
            reverse("riskpool:dashboard"),
            "net_premium claims_paid reserves simple_loss_ratio",
        ),
        (
            Role.COUNTY_OFFICER,
            reverse("riskpool:agreement", args=[agreement.pk]),
            "incurred simple_loss_ratio",
        ),
        (Role.ADJUSTER, reverse("claims:claim", args=[claim.pk]), "medical self_pay left_of_cap deductible"),
        (Role.COUNTY_OFFICER, reverse("enrollment:status"), "monitored_budget"),
        (Role.COUNTY_FINANCE, reverse("premiums:list"), "due allocated paid_in arrears"),
        (Role.COUNTY_OFFICER, reverse("roster:households"), "roster category listed_on"),
        (Role.CITY_OFFICER, reverse("riskpool:settlements"), "settlement"),
        (Role.AUDITOR, reverse("help:terms"), " ".join(TERMS)),
    )
    for role, address, names in pages:
        client = Client()
        client.force_login(party[role])
        page = client.get(address).content.decode()
        missing = {name for name in names.split() if escape(str(TERMS[name].says)) not in page}
        assert missing == set(), address
