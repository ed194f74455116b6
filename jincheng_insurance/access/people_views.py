"""Pages of people: the list and its workbook, one person, and what administrator and security officer do to an
account."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from jincheng_insurance.access import people as services
from jincheng_insurance.access import people_selectors as selectors
from jincheng_insurance.access.guards import actor_of, fresh_proof, requires
from jincheng_insurance.access.locks import locked_until, unlock
from jincheng_insurance.access.models import ApiToken, Grant, SecondFactor, User
from jincheng_insurance.access.people_forms import NewPersonForm, PeopleFilter, PersonForm, ReasonForm
from jincheng_insurance.access.roles import Act, Role
from jincheng_insurance.access.second_factors import reset_second_factor
from jincheng_insurance.access.sessions import end_sessions_of
from jincheng_insurance.access.tokens import revoke_somebodys_token, tokens_of
from jincheng_insurance.audit.texts import act_text, fact_lines
from jincheng_insurance.sheets.lists import write_list
from jincheng_insurance.web.answers import refusals_shown
from jincheng_insurance.web.downloads import XLSX, download
from jincheng_insurance.web.pages import paginate


@requires(Act.VIEW_PEOPLE)
@require_GET
def people(request: HttpRequest) -> HttpResponse:
    """Everybody with the posts of today, narrowed by the filter."""
    actor = actor_of(request)
    filters = PeopleFilter(request.GET or None)
    page = paginate(request, filters.narrow(selectors.people(actor)))
    context = {
        "page": page,
        "filters": filters,
        "may_manage": actor.can(Act.MANAGE_PEOPLE),
        "waiting": Grant.objects.waiting().count(),
    }
    return render(request, "access/people.html", context)


@requires(Act.VIEW_PEOPLE)
@require_POST
@fresh_proof
def people_list(request: HttpRequest) -> HttpResponse:
    """The same as a workbook, for the yearly review; that it was taken away is on record."""
    actor = actor_of(request)
    rows = list(selectors.list_rows(PeopleFilter(request.GET or None).narrow(selectors.people(actor))))
    services.note_list(rows=len(rows), actor=actor)
    day = timezone.localdate().isoformat()
    data = write_list(
        title=_("People and their posts"),
        columns=selectors.list_columns(),
        rows=rows,
        notes=(_("As of %(day)s, made by %(actor)s") % {"day": day, "actor": actor},),
    )
    return download(data, name=f"{_('People and their posts')}{day}.xlsx", content_type=XLSX)


@requires(Act.VIEW_PEOPLE)
@require_GET
def rights(request: HttpRequest) -> HttpResponse:
    """Which post may do what."""
    return render(request, "access/rights.html", {"roles": list(Role), "rows": selectors.rights()})


def person_of(request: HttpRequest, pk: int) -> User:
    """The person of an address; Http404 when there is none."""
    person = selectors.people(actor_of(request)).filter(pk=pk).first()
    if person is None:
        raise Http404
    return person


def _person_page(request: HttpRequest, person: User, **more: Any) -> HttpResponse:
    actor = actor_of(request)
    shown = selectors.changes_of(person)
    context = {
        "person": person,
        "grants": selectors.grants(actor).filter(user=person),
        "sessions": person.sessions.filter(ended_at=None),
        "tokens": tokens_of(person),
        "locked_until": locked_until(person),
        "factor": SecondFactor.objects.filter(user=person).exclude(confirmed_at=None).first(),
        "sign_ins": [(row, act_text(row.act)) for row in selectors.sign_ins_of(person)],
        "changes": [(row, act_text(row.act), fact_lines(row.facts)) for row in shown],
        "may_manage": actor.can(Act.MANAGE_PEOPLE),
        "may_secure": actor.can(Act.SECURE_ACCOUNTS),
        "may_decide": actor.can(Act.CONFIRM_GRANT),
        "oneself": actor == person,
        **more,
    }
    return render(request, "access/person.html", context)


@requires(Act.VIEW_PEOPLE)
@require_GET
def person(request: HttpRequest, pk: int) -> HttpResponse:
    """Somebody: who they are, what they hold and held, when they signed in, what was done to them."""
    return _person_page(request, person_of(request, pk))


@requires(Act.MANAGE_PEOPLE)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def make_person(request: HttpRequest) -> HttpResponse:
    """Somebody new. The temporary password stands in the answer to the form, and nowhere else."""
    form = NewPersonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusals_shown(request, form):
            issued = services.make_person(**form.cleaned_data, actor=actor_of(request))
            return render(request, "access/issued.html", {"issued": issued, "new": True})
    return form_page(
        request,
        form,
        title=_("A new person"),
        note=_("They may do nothing before they hold a post that the security officer has confirmed."),
        button=_("Make the person"),
        icon="user-plus",
    )


@requires(Act.MANAGE_PEOPLE)
@never_cache
@require_POST
@fresh_proof
def issue_password(request: HttpRequest, pk: int) -> HttpResponse:
    """A temporary password, shown in this answer alone."""
    person = person_of(request, pk)
    with refusals_shown(request):
        issued = services.issue_password(person=person, actor=actor_of(request))
        return render(request, "access/issued.html", {"issued": issued})
    return redirect("access:person", pk)


@requires(Act.MANAGE_PEOPLE)
@require_http_methods(["GET", "HEAD", "POST"])
def change_person(request: HttpRequest, pk: int) -> HttpResponse:
    person = person_of(request, pk)
    initial = {"name": person.display_name, "unit": person.unit}
    form = PersonForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        with refusals_shown(request, form):
            services.change_person(person=person, **form.cleaned_data, actor=actor_of(request))
            messages.success(request, _("Saved."))
            return redirect("access:person", pk)
    return form_page(request, form, person=person, title=_("Name and unit"), button=_("Save"), icon="pencil")


@requires(Act.MANAGE_PEOPLE)
@require_http_methods(["GET", "HEAD", "POST"])
def disable_person(request: HttpRequest, pk: int) -> HttpResponse:
    return _with_reason(
        request,
        pk,
        services.disable_person,
        title=_("Disable"),
        note=_(
            "They are signed out, and their tokens are refused, from the next request on. Nothing is removed."
        ),
        icon="user-minus",
        danger=True,
        done=_("The person is disabled."),
    )


@requires(Act.MANAGE_PEOPLE)
@require_http_methods(["GET", "HEAD", "POST"])
def enable_person(request: HttpRequest, pk: int) -> HttpResponse:
    return _with_reason(
        request,
        pk,
        services.enable_person,
        title=_("Enable"),
        note=_("They may sign in again and hold the posts that haven't ended. Look at those first."),
        icon="user-check",
        done=_("The person is enabled."),
    )


def _with_reason(
    request: HttpRequest, pk: int, service: Callable[..., None], *, done: str, **page: Any
) -> HttpResponse:
    person = person_of(request, pk)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusals_shown(request, form):
            service(person=person, **form.cleaned_data, actor=actor_of(request))
            messages.success(request, done)
            return redirect("access:person", pk)
    grants = selectors.grants(actor_of(request)).filter(user=person)
    return form_page(request, form, person=person, grants=grants, button=page["title"], **page)


@requires(Act.SECURE_ACCOUNTS)
@require_POST
def end_sessions(request: HttpRequest, pk: int) -> HttpResponse:
    if end_sessions_of(user=person_of(request, pk), actor=actor_of(request)):
        messages.success(request, _("The person is signed out, from the next request on."))
    else:
        messages.info(request, _("The person isn't signed in."))
    return redirect("access:person", pk)


@requires(Act.SECURE_ACCOUNTS)
@require_POST
def open_lock(request: HttpRequest, pk: int) -> HttpResponse:
    unlock(user=person_of(request, pk), actor=actor_of(request))
    messages.success(request, _("The person may sign in again."))
    return redirect("access:person", pk)


@requires(Act.SECURE_ACCOUNTS)
@require_http_methods(["GET", "HEAD", "POST"])
@fresh_proof
def reset_factor(request: HttpRequest, pk: int) -> HttpResponse:
    return _with_reason(
        request,
        pk,
        reset_second_factor,
        title=_("Reset the second factor"),
        note=_(
            "Only once you have made sure who asks. They are signed out; until they set up another, their password "
            "alone signs them in."
        ),
        icon="key-round",
        danger=True,
        done=_(
            "The second factor is taken away. Until they set up another, their password alone signs them in."
        ),
    )


@requires(Act.SECURE_ACCOUNTS)
@require_http_methods(["GET", "HEAD", "POST"])
def revoke_token(request: HttpRequest, pk: int) -> HttpResponse:
    token = get_object_or_404(ApiToken.objects.select_related("user"), pk=pk)
    return _with_reason(
        request,
        token.user_id,
        lambda person, **said: revoke_somebodys_token(token=token, **said),
        title=_("Revoke the token “%(name)s”") % {"name": token},
        note=_(
            "The insurer's system that uses it is refused from the next call on. It can't be brought back: its user "
            "makes another."
        ),
        icon="key-round",
        danger=True,
        done=_("The token is revoked: whoever uses it is refused from now on."),
    )


def form_page(
    request: HttpRequest, form: forms.Form, *, person: User | None = None, **page: Any
) -> HttpResponse:
    """A page of one form: `title`, `note` above it, `button` with its `icon`, red for `danger`; `grants` to compare
    with; back to the person, or the list."""
    back = reverse("access:person", args=[person.pk]) if person else reverse("access:people")
    context = {"form": form, "person": person, "back": back, **page}
    return render(request, "access/form.html", context, status=422 if form.is_bound and form.errors else 200)
