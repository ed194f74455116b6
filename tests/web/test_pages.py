"""The frame and the shared parts: menu, pager, progress, error pages, and nothing inline anywhere."""

import re
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.core.paginator import Paginator
from django.template.loader import get_template, render_to_string
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import translation

from jincheng_insurance.web import menu
from jincheng_insurance.web.progress import Progress, progress_response

ROOT = Path(__file__).parents[2]
TEMPLATES = sorted(
    path
    for pattern in ("templates/**/*.html", "*/templates/**/*.html", "*/*/templates/**/*.html")
    for path in ROOT.glob(pattern)
    if not path.relative_to(ROOT).parts[0].startswith(".")
)
INLINE = re.compile(
    r"<style|\sstyle\s*=|<script(?![^>]*\ssrc=)|\son[a-z]+\s*=\s*[\"']|javascript:|hx-on"
    r"|(hx-vals|hx-headers)\s*=\s*[\"']js:|hx-trigger\s*=\s*[\"'][^\"']*\["
)
LARGEST_CSS = 18_000
LARGEST_SCRIPT = 4_000


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_template_has_inline_style_script_or_handler(path: Path) -> None:
    source = path.read_text("utf-8")
    assert not INLINE.search(source)
    assert not re.search(r"(src|href)\s*=\s*[\"'](https?:)?//", source)


def test_the_style_sheet_and_script_stay_small_and_fetch_nothing() -> None:
    css = (ROOT / "static/css/app.css").read_text("utf-8")
    script = (ROOT / "static/js/app.js").read_text("utf-8")
    assert len(css.encode()) < LARGEST_CSS
    assert len(script.encode()) < LARGEST_SCRIPT
    assert "url(" not in css
    assert "@import" not in css
    assert "eval" not in script


@pytest.mark.parametrize("name", ["400", "403", "404", "413", "403_csrf", "500"])
def test_an_error_page_renders_without_any_context_and_says_what_to_do(name: str) -> None:
    with translation.override("en"):
        html = get_template(f"{name}.html").render()
    assert "<h1>" in html
    assert 'class="button primary" href="/"' in html


@pytest.mark.django_db
def test_a_form_that_is_too_large_is_read_to_its_end_and_answered(client: Client) -> None:
    answer = client.post("/language/", "note=" + "x" * 3_000_000, "application/x-www-form-urlencoded")
    assert answer.status_code == 413
    assert "提交的内容太大" in answer.content.decode()
    assert answer.wsgi_request.read() == b""


def actor(*acts: str) -> SimpleNamespace:
    return SimpleNamespace(is_authenticated=True, can=lambda act: act in acts)


@pytest.fixture
def entries(monkeypatch: pytest.MonkeyPatch) -> None:
    addresses = {"home": "/", "claims": "/claims/", "claims:new": "/claims/new/", "secret": "/secret/"}
    monkeypatch.setattr(menu, "MENU", {})
    monkeypatch.setattr(menu, "reverse", addresses.__getitem__)
    menu.register(
        menu.MenuItem("Secret", "secret", "lock", "act_secret", order=1),
        menu.MenuItem("Home", "home", "house", order=2),
        menu.MenuItem("Claims", "claims", "inbox", "act_claims", order=3, count=lambda request: 12),
        menu.MenuItem("New", "claims:new", "plus", "act_claims", order=4),
    )


@pytest.mark.usefixtures("entries")
def test_the_menu_shows_only_what_the_person_may_do() -> None:
    shown = menu.entries_for(RequestFactory().get("/"), actor("act_claims"))
    assert [entry.label for entry in shown] == ["Home", "Claims", "New"]
    assert [entry.count for entry in shown] == [0, 12, 0]


@pytest.mark.usefixtures("entries")
@pytest.mark.parametrize(
    ("path", "active"),
    [
        ("/", "Home"),
        ("/claims/", "Claims"),
        ("/claims/7/", "Claims"),
        ("/claims/new/", "New"),
        ("/other/", None),
    ],
)
def test_the_menu_marks_where_the_person_is(path: str, active: str | None) -> None:
    shown = menu.entries_for(RequestFactory().get(path), actor("act_claims"))
    assert [entry.label for entry in shown if entry.active] == ([active] if active else [])


def test_the_pager_keeps_filters_and_says_where_it_is() -> None:
    request = RequestFactory().get("/claims/", {"state": "open", "page": "7"})
    page = Paginator(range(1250), 50).get_page(7)
    with translation.override("en"):
        html = render_to_string("web/pager.html", {"page": page, "request": request})
    assert "Rows 301 to 350 of 1,250" in html
    assert 'href="?state=open&amp;page=8" rel="next" class="button small"' in html
    assert '<span class="button small primary" aria-current="page">7</span>' in html


def test_a_running_job_asks_again_and_a_finished_one_does_not() -> None:
    running = render_to_string(
        "web/progress.html", {"progress": Progress("running", 3120, 10000), "url": "/job/1/"}
    )
    finished = render_to_string(
        "web/progress.html", {"progress": Progress("finished", 1, 1), "url": "/job/1/"}
    )
    assert 'hx-get="/job/1/"' in running
    assert 'hx-trigger="every 1s"' in running
    assert 'value="31"' in running
    assert "<noscript>" in running
    assert "hx-" not in finished
    assert 'value="100"' in finished


def test_a_late_job_says_that_nothing_is_lost() -> None:
    with translation.override("en"):
        html = render_to_string("web/progress.html", {"progress": Progress("running", late=True), "url": "/"})
    assert "Nothing is lost" in html
    assert "value=" not in html


def test_a_job_that_is_over_reloads_its_page() -> None:
    request = RequestFactory().get("/job/1/")
    assert progress_response(request, Progress("finished", 1, 1), "/job/1/").headers["HX-Refresh"] == "true"
    assert "HX-Refresh" not in progress_response(request, Progress("running", 1, 2), "/job/1/").headers


@pytest.mark.parametrize(("done", "total", "share"), [(0, 0, None), (0, 10, 0), (999, 1000, 99), (9, 9, 99)])
def test_a_job_shows_100_percent_only_at_its_end(done: int, total: int, share: int | None) -> None:
    assert Progress("running", done, total).share == share


def test_the_frame_names_language_product_and_main_place() -> None:
    request = RequestFactory().get(reverse("set_language"))
    with translation.override("zh-hans"):
        html = render_to_string("base.html", {}, request=request)
    assert '<html lang="zh-hans">' in html
    assert 'class="skip" href="#main"' in html
    assert '"allowEval":false' in html
    assert '"includeIndicatorStyles":false' in html
