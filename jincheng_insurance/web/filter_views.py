"""Pages of one's own saved filters: keep one, open it, rename it, forget it."""

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from jincheng_insurance.access.guards import actor_of, signed_in
from jincheng_insurance.web import saved as services
from jincheng_insurance.web.answers import refusals_shown
from jincheng_insurance.web.filter_pages import PAGES, FilterPage, address_of, asked_for, page_for
from jincheng_insurance.web.models import LONGEST_NAME, SavedFilter
from jincheng_insurance.web.saved import saved_filters

LONGEST_QUERY = 2000


class NameForm(forms.Form):
    """What a filter is called, and what it asks for."""

    name = forms.CharField(label=gettext_lazy("Name of the filter"), max_length=LONGEST_NAME)
    page = forms.CharField(widget=forms.HiddenInput, required=False)
    query = forms.CharField(widget=forms.HiddenInput, required=False, max_length=LONGEST_QUERY)


def _page(address: str, request: HttpRequest) -> FilterPage:
    page = page_for(address, actor_of(request))
    if page is None:
        raise PermissionDenied("no list of which this person keeps filters")
    return page


def _own(request: HttpRequest, pk: int) -> SavedFilter:
    return get_object_or_404(saved_filters(actor_of(request)), pk=pk)


@signed_in
@require_GET
def filters(request: HttpRequest) -> HttpResponse:
    """One's filters, list by list."""
    return _filters(request)


def _filters(request: HttpRequest, wrong: NameForm | None = None, pk: int | None = None) -> HttpResponse:
    rows = []
    for row in saved_filters(actor_of(request)):
        form = NameForm(initial={"name": row.name}, auto_id=f"id_{row.pk}_%s")
        rows.append((row, PAGES[row.page].title, wrong if wrong is not None and row.pk == pk else form))
    context = {"rows": rows, "form": wrong, "most": services.MOST}
    return render(request, "web/saved_filters.html", context, status=422 if wrong is not None else 200)


@signed_in
@require_POST
def save(request: HttpRequest) -> HttpResponse:
    """Keep the filter that the list was narrowed to, and go back to it."""
    actor, page = actor_of(request), _page(request.POST.get("page", ""), request)
    form = NameForm(request.POST)
    if form.is_valid():
        narrowed = page.form(QueryDict(form.cleaned_data["query"]), actor)
        asked = asked_for(narrowed) if narrowed.is_valid() else {}
        with refusals_shown(request, form):
            kept = services.save_filter(page=page, name=form.cleaned_data["name"], fields=asked, actor=actor)
            messages.success(request, _("The filter “%(name)s” is kept.") % {"name": kept.name})
            return redirect(address_of(page, kept.fields, actor)[0])
    return render(request, "web/save_filter.html", {"form": form, "page": page}, status=422)


@signed_in
@require_GET
def open_filter(request: HttpRequest, pk: int) -> HttpResponse:
    """To the list, narrowed as far as the filter still holds."""
    row = _own(request, pk)
    page = _page(row.page, request)
    address, lost = address_of(page, row.fields, actor_of(request))
    if lost:
        messages.warning(request, _("Part of this filter no longer holds and was left out."))
    return redirect(address)


@signed_in
@require_POST
def rename(request: HttpRequest, pk: int) -> HttpResponse:
    row, form = _own(request, pk), NameForm(request.POST, auto_id=f"id_{pk}_%s")
    if form.is_valid():
        with refusals_shown(request, form):
            services.rename_filter(saved=row, name=form.cleaned_data["name"], actor=actor_of(request))
            messages.success(request, _("The filter is renamed."))
            return redirect("web:filters")
    return _filters(request, form, pk)


@signed_in
@require_POST
def delete(request: HttpRequest, pk: int) -> HttpResponse:
    row = _own(request, pk)
    services.delete_filter(saved=row, actor=actor_of(request))
    messages.success(request, _("The filter is deleted."))
    return redirect("web:filters")
