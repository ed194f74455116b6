"""Help: the guides, the reader's own first."""

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.http import require_GET

from jincheng_insurance.web.guides import OVERVIEW, guide, guide_names

app_name = "help"


@login_required
@require_GET
def show_guide(request: HttpRequest, name: str = OVERVIEW) -> HttpResponse:
    """One guide, or the overview. Whoever is signed in may read all of them."""
    try:
        shown = guide(name)
    except KeyError as error:
        raise Http404 from error
    return render(
        request, "web/guide.html", {"guide": shown, "guides": [guide(one) for one in guide_names()]}
    )


urlpatterns = [
    path("", show_guide, name="guides"),
    path("<slug:name>/", show_guide, name="guide"),
]
