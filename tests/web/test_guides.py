"""The guides: the same parts in both languages, one for each page of the menu, names as the pages have them."""

import re

import pytest
from django.contrib.staticfiles import finders
from django.test import Client
from django.urls import reverse

from jincheng_insurance.access.roles import ACTS_OF, Role
from jincheng_insurance.web import catalogue
from jincheng_insurance.web.guides import FOLDER, OVERVIEW, guide, guide_names, help_for
from jincheng_insurance.web.menu import MENU
from tests.access.town import addresses
from tests.world import World

BOLD = re.compile(r"\*\*([^*]+)\*\*")
PICTURE = re.compile(r'src="/static/(screens/[^"]+)"')


def test_every_role_has_its_guide_and_both_languages_have_the_same_ones() -> None:
    assert set(Role) <= set(guide_names())
    assert guide_names("zh") == guide_names("en")
    for language in ("zh", "en"):
        assert {path.stem for path in (FOLDER / language).glob("*.md")} == {*guide_names(), OVERVIEW}


@pytest.mark.parametrize("name", [*guide_names(), OVERVIEW])
def test_both_languages_speak_of_the_same_pages_and_show_pictures_that_exist(name: str) -> None:
    chinese, english = guide(name, "zh-hans"), guide(name, "en")
    assert chinese.anchors == english.anchors
    assert set(chinese.anchors) <= set(addresses())
    for shown in (chinese, english):
        assert shown.title
        for anchor in set(shown.anchors.values()):
            assert f'id="{anchor}"' in shown.body
        assert "<!--" not in shown.body
        assert [path for path in PICTURE.findall(shown.body) if finders.find(path) is None] == []
    assert len(PICTURE.findall(chinese.body)) == len(PICTURE.findall(english.body))


@pytest.mark.parametrize("role", Role)
def test_every_page_of_the_menu_has_its_part_in_the_guide_of_who_sees_it(role: Role) -> None:
    seen = [item.url_name for item in MENU.values() if item.act is None or item.act in ACTS_OF[role]]
    assert [name for name in seen if not help_for(name, [role]) and name != "help:guides"] == []


def test_a_guide_calls_buttons_and_pages_as_the_chinese_page_does() -> None:
    chinese = catalogue.read(catalogue.po_file(FOLDER.parent.parent))
    for name in [*guide_names(), OVERVIEW]:
        english, own = (
            (FOLDER / language / f"{name}.md").read_text(encoding="utf-8") for language in ("en", "zh")
        )
        for said in BOLD.findall(english):
            message = chinese.get(said)
            if message is not None:
                assert str(message.string) in own, f"{name}: {said} is {message.string} on the page"


def test_a_page_leads_to_its_part_of_the_readers_guide(world: World) -> None:
    client = Client()
    client.force_login(world.own[Role.REVIEWER])
    link = f'href="{reverse("help:guide", args=["reviewer"])}#claims-list"'
    assert link in client.get(reverse("claims:list")).content.decode()
    assert "#claims-list" not in client.get(reverse("help:guide", args=["reviewer"])).content.decode()


def test_a_guide_that_does_not_exist_is_not_found(world: World) -> None:
    client = Client()
    client.force_login(world.own[Role.AUDITOR])
    for name in ("nobody", "..", "index.md"):
        assert client.get(f"/help/{name}/").status_code == 404
    assert client.get(reverse("help:guide", args=[OVERVIEW])).status_code == 200
