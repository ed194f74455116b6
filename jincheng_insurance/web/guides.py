"""The guides of docs/guide, one for each role in both languages, as pages of the product: the Markdown there is the one
source. A line `<!-- page: claims:list claims:claim -->` before a heading says which pages the part is about."""

import itertools
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import PurePosixPath

from django.conf import settings
from django.templatetags.static import static
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from markdown_it import MarkdownIt
from markdown_it.token import Token

FOLDER = settings.BASE_DIR / "docs" / "guide"
OVERVIEW = "index"
LANGUAGES = {"zh-hans": "zh", "en": "en"}
PAGES = re.compile(r"^<!-- page: ([a-z_: ]+) -->\n+(#+ .+)$", re.MULTILINE)
PICTURES = PurePosixPath("../../screens")
MARKDOWN = MarkdownIt("commonmark", {"html": False}).enable("table")


@dataclass(frozen=True, slots=True)
class Guide:
    """One page: its heading, its text as safe HTML, and for each address it speaks of the anchor of that part."""

    name: str
    title: str
    body: SafeString
    anchors: Mapping[str, str]


def guide(name: str, language: str | None = None) -> Guide:
    """A guide by its file's name, in the page's language. KeyError where there is none."""
    return _read(name, LANGUAGES.get(language or get_language() or "", "zh"))


def guide_names(language: str = "zh") -> list[str]:
    """Every guide but the overview, in the order the overview names them."""
    overview = (FOLDER / language / f"{OVERVIEW}.md").read_text(encoding="utf-8")
    return re.findall(r"\]\(([a-z_]+)\.md\)", overview)


def help_for(address: str, names: Iterable[str]) -> str:
    """Where a guide among `names`, or else the overview, speaks of the page at `address`; "" where none does."""
    for name in (*names, OVERVIEW):
        try:
            anchor = guide(name).anchors.get(address)
        except KeyError:
            continue
        if anchor is not None:
            return f"{_page(name)}#{anchor}"
    return ""


@cache
def _read(name: str, language: str) -> Guide:
    path = FOLDER / language / f"{name}.md"
    if name not in {OVERVIEW, *guide_names(language)} or not path.exists():
        raise KeyError(name)
    text = path.read_text(encoding="utf-8")
    anchors: dict[str, str] = {}
    headings: dict[str, str] = {}
    for addresses, heading in PAGES.findall(text):
        first = addresses.split()[0].replace(":", "-")
        headings[heading.lstrip("# ").strip()] = first
        anchors |= dict.fromkeys(addresses.split(), first)
    tokens = MARKDOWN.parse(PAGES.sub(r"\2", text))
    title = tokens[1].content
    body = [_for_the_product(token) for token in _with_anchors(tokens[3:], headings)]
    html = MARKDOWN.renderer.render(body, MARKDOWN.options, {})
    return Guide(name, title, mark_safe(html), anchors)  # our own text, its HTML escaped  # nosec B308 B703


def _with_anchors(tokens: list[Token], headings: Mapping[str, str]) -> list[Token]:
    for token, following in itertools.pairwise(tokens):
        if token.type == "heading_open" and following.content in headings:
            token.attrSet("id", headings[following.content])
    return tokens


def _for_the_product(token: Token) -> Token:
    """Pictures as static files, links to other guides as pages; links to other documents only as their words."""
    leads_out = False
    for child in token.children or []:
        if child.type == "image":
            place = PurePosixPath(str(child.attrGet("src")))
            child.attrSet("src", static(f"screens/{place.relative_to(PICTURES)}"))
            child.attrSet("loading", "lazy")
        elif child.type == "link_open":
            target = PurePosixPath(str(child.attrGet("href")))
            leads_out = target.parent != PurePosixPath() or target.suffix != ".md"
            child.hidden = leads_out
            child.attrSet("href", _page(target.stem))
        elif child.type == "link_close":
            child.hidden = leads_out
    return token


def _page(name: str) -> str:
    return reverse("help:guides") if name == OVERVIEW else reverse("help:guide", args=[name])
