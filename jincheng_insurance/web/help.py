"""Help: the guides, the reader's own first, and the glossary."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.http import require_GET

from jincheng_insurance.access.guards import signed_in
from jincheng_insurance.web.guides import OVERVIEW, Guide, guide, guide_names
from jincheng_insurance.web.rules import TITLES
from jincheng_insurance.web.terms import GROUPS

app_name = "help"


@signed_in
@require_GET
def show_guide(request: HttpRequest, name: str = OVERVIEW) -> HttpResponse:
    """One guide, or the overview. Whoever is signed in may read all of them."""
    try:
        shown = guide(name)
    except KeyError as error:
        raise Http404 from error
    return render(request, "web/guide.html", {"guide": shown, "guides": _guides()})


@signed_in
@require_GET
def show_terms(request: HttpRequest) -> HttpResponse:
    """Every term of the scheme with its sentence, and what each rule's number stands for."""
    groups = [(title, terms.items()) for title, terms in GROUPS.items()]
    return render(request, "web/terms.html", {"groups": groups, "rules": TITLES.items(), "guides": _guides()})


def _guides() -> list[Guide]:
    return [guide(name) for name in guide_names()]


urlpatterns = [
    path("", show_guide, name="guides"),
    path("terms/", show_terms, name="terms"),
    path("<slug:name>/", show_guide, name="guide"),
]
