"""The message catalogue: what is gathered, kept, dropped and judged; and nothing left untranslated."""

import gettext
import re
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from django.conf import settings

from jincheng_insurance.web import catalogue

PYTHON = """
from django.utils.translation import gettext_lazy as _, gettext_noop, ngettext_lazy, npgettext, pgettext_lazy

LABELS = (_("Claim"), gettext_noop("Paid"), pgettext_lazy("of a road", "Open"))
LONG = _(
    "Above 120 % of"
    " the net premium."
)
ngettext_lazy("%(n)s claim", "%(n)s claims", "n")
npgettext("money", "one note", "%(n)s notes", 3)
"""

TEMPLATE = """
{% load i18n %}
    <h1>{% translate "Statement" %} {{ value|default:_("none yet") }}</h1>
  {% include "x.html" with heading=_("Working") %}{% translate "Home" context "place" as home %}
      {% blocktranslate trimmed asvar note with day=today|day %}
        Until {{ day }},
        not later
      {% endblocktranslate %}
 {% blocktranslate trimmed count n=rows|length %}{{ n }} row{% plural %}{{ n }} rows{% endblocktranslate %}
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A small project with one Python file and one template."""
    (tmp_path / "claims").mkdir()
    (tmp_path / "claims" / "texts.py").write_text(PYTHON, encoding="utf-8")
    (tmp_path / "templates" / "claims").mkdir(parents=True)
    (tmp_path / "templates" / "claims" / "list.html").write_text(TEMPLATE, encoding="utf-8")
    return tmp_path


def reasons(gathered: Catalog, translated: Catalog) -> set[tuple[str, str]]:
    return {(one.reason, one.message) for one in catalogue.findings(gathered, translated)}


def one_message(message: str | tuple[str, str], string: str | tuple[str, ...], **more: object) -> Catalog:
    catalog = Catalog(locale=catalogue.LOCALE)
    catalog.add(message, string, **more)
    return catalog


def test_messages_of_code_and_templates_are_gathered_with_context_plural_and_place(root: Path) -> None:
    gathered = {(one.context, one.id): one for one in catalogue.gather(root) if one.id}
    assert set(gathered) == {
        (None, "Claim"),
        (None, "Paid"),
        ("of a road", "Open"),
        (None, "Above 120 % of the net premium."),
        (None, ("%(n)s claim", "%(n)s claims")),
        ("money", ("one note", "%(n)s notes")),
        (None, "Statement"),
        (None, "none yet"),
        (None, "Working"),
        ("place", "Home"),
        (None, "Until %(day)s, not later"),
        (None, ("%(n)s row", "%(n)s rows")),
    }
    assert [place for place, _line in gathered[(None, "Statement")].locations] == [
        "templates/claims/list.html"
    ]


def test_an_update_keeps_translations_and_drops_what_is_no_longer_used(root: Path) -> None:
    path = catalogue.po_file(root)
    earlier = one_message("Claim", "赔案")
    earlier.add("No longer said", "不再使用")
    catalogue.write(earlier, path)
    catalogue.write(catalogue.merge(catalogue.gather(root), catalogue.read(path)), path)
    written = path.read_text(encoding="utf-8")
    assert 'msgstr "赔案"' in written
    assert "No longer said" not in written
    assert str(root) not in written


def test_a_second_update_changes_nothing(root: Path) -> None:
    path = catalogue.po_file(root)
    catalogue.write(catalogue.gather(root), path)
    first = path.read_bytes()
    catalogue.write(catalogue.merge(catalogue.gather(root), catalogue.read(path)), path)
    assert path.read_bytes() == first


def test_a_compiled_catalogue_answers_in_chinese(root: Path) -> None:
    path = catalogue.po_file(root)
    gathered = catalogue.gather(root)
    gathered.get("Claim").string = "赔案"
    gathered.get(("%(n)s row", "%(n)s rows")).string = ("%(n)s 行",)
    catalogue.write(gathered, path)
    with catalogue.compile_catalogue(path).open("rb") as compiled:
        chinese = gettext.GNUTranslations(compiled)
    assert chinese.gettext("Claim") == "赔案"
    assert chinese.ngettext("%(n)s row", "%(n)s rows", 1) == "%(n)s 行"
    assert chinese.gettext("Paid") == "Paid"


@pytest.mark.parametrize(
    ("message", "string", "reason"),
    [
        ("Claim", "", "missing"),
        ("Until %(day)s", "至 %(date)s", "placeholders differ"),
        ("Until %(day)s", "至今", "placeholders differ"),
        (("one row", "%(n)s rows"), ("若干行",), "placeholders differ"),
        ("Above %(level)s %%", "超过 %(level)s %", "lone percent sign, write %%"),
    ],
)
def test_a_translation_that_would_fail_is_found(
    message: str | tuple[str, str], string: str | tuple[str, ...], reason: str
) -> None:
    found = reasons(one_message(message, ""), one_message(message, string))
    assert {why for why, _message in found} == {reason}


def test_fuzzy_and_obsolete_messages_are_found() -> None:
    translated = one_message("Claim", "赔案", flags={"fuzzy"})
    translated.add("No longer said", "不再使用")
    assert reasons(one_message("Claim", ""), translated) == {
        ("fuzzy", "Claim"),
        ("obsolete", "No longer said"),
    }


def test_the_same_words_in_another_context_need_their_own_translation() -> None:
    used = one_message("Open", "", context="of a road")
    assert ("missing", "Open") in reasons(used, one_message("Open", "立案"))


def test_every_message_of_the_product_is_translated() -> None:
    translated = catalogue.read(catalogue.po_file(settings.BASE_DIR))
    found = catalogue.findings(catalogue.gather(settings.BASE_DIR), translated)
    assert not found, "\n".join(str(finding) for finding in found)


# A placeholder stands for Chinese too; marks within Latin or digits (09:30, a code list) are none of ours.
AMID_CHINESE = re.compile(r"[\u3000-\u9fff”）][:,;]\s*[\u3000-\u9fff“（]|[\u4e00-\u9fff][:,;]\s*$")
OF_DJANGO = "是,否,未知"  # the list that `yesno` takes


def half_width_amid_chinese(string: str) -> bool:
    return bool(AMID_CHINESE.search(re.sub(r"%\(\w+\)s", "字", string)))


@pytest.mark.parametrize(
    ("string", "bad"),
    [
        ("原因: 单据不全", True),
        ("%(what)s: %(why)s", True),
        ("还缺:", True),
        ("原因：单据不全", False),
        ("09:30 起", False),
        ("yes,no,unknown", False),
    ],
)
def test_half_width_marks_amid_chinese_are_found(string: str, bad: bool) -> None:
    assert half_width_amid_chinese(string) is bad


def test_no_chinese_text_has_a_half_width_colon_comma_or_semicolon() -> None:
    translated = catalogue.read(catalogue.po_file(settings.BASE_DIR))
    texts = [message.string for message in translated if message.id]
    strings = [one for text in texts for one in ((text,) if isinstance(text, str) else text)]
    assert len(strings) > 1000
    assert [string for string in strings if half_width_amid_chinese(string)] == [OF_DJANGO]
