"""Pages of posts: proposing and ending them, and what waits for the security officer."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from jincheng_insurance.access import grants as services
from jincheng_insurance.access import people_selectors as selectors
from jincheng_insurance.access.guards import actor_of, fresh_proof, requires
from jincheng_insurance.access.models import Grant
from jincheng_insurance.access.people_forms import EndForm, ProposalForm, ReasonForm, RefusalForm
from jincheng_insurance.access.people_views import form_page, person_of
from jincheng_insurance.access.roles import ACTS_OF, Act, Role
from jincheng_insurance.access.workbench import grants_to_decide
from jincheng_insurance.web.answers import refusals_shown
from jincheng_insurance.web.pages import paginate


@requires(Act.VIEW_PEOPLE)
@require_GET
def waiting(request: HttpRequest) -> HttpResponse:
    """Proposed posts, the oldest first."""
    page = paginate(request, selectors.grants_waiting(actor_of(request)))
    return render(request, "access/waiting.html", {"page": page})


def waiting_count(request: HttpRequest) -> int:
    """How many posts wait for this security officer."""
    return grants_to_decide(actor_of(request)).count()


def _grant(request: HttpRequest, pk: int) -> Grant:
    grant = selectors.grants(actor_of(request)).filter(pk=pk).first()
    if grant is None:
        raise Http404
    return grant


def _grant_page(request: HttpRequest, grant: Grant, form: RefusalForm) -> HttpResponse:
    actor = actor_of(request)
    context = {
        "grant": grant,
        "form": form,
        "others": selectors.grants(actor).filter(user=grant.user).exclude(pk=grant.pk),
        "acts": sorted(ACTS_OF[Role(grant.role)], key=list(Act).index),
        "may_decide": actor.can(Act.CONFIRM_GRANT) and grant.standing == "waiting",
        "own": actor.pk in {grant.given_by_id, grant.user_id},
        "may_end": actor.can(Act.MANAGE_PEOPLE) and grant.standing in {"waiting", "coming", "held"},
    }
    return render(request, "access/grant.html", context, status=422 if form.errors else 200)


@requires(Act.VIEW_PEOPLE)
@require_GET
def grant(request: HttpRequest, pk: int) -> HttpResponse:
    """One post: who would hold it, since when and why, what it lets them do, and what else they hold."""
    return _grant_page(request, _grant(request, pk), RefusalForm())


@requires(Act.CONFIRM_GRANT)
@require_POST
@fresh_proof
def confirm(request: HttpRequest, pk: int) -> HttpResponse:
    with refusals_shown(request):
        services.confirm_grant(grant=_grant(request, pk), actor=actor_of(request))
        messages.success(request, _("Confirmed: the post holds from its first day on."))
        return redirect("access:waiting")
    return redirect("access:grant", pk)


@requires(Act.CONFIRM_GRANT)
@require_POST
def refuse(request: HttpRequest, pk: int) -> HttpResponse:
    grant, form = _grant(request, pk), RefusalForm(request.POST)
    if form.is_valid():
        with refusals_shown(request, form):
            services.refuse_grant(grant=grant, **form.cleaned_data, actor=actor_of(request))
            messages.success(request, _("Refused: the administrator reads why."))
            return redirect("access:waiting")
    return _grant_page(request, grant, form)


@requires(Act.MANAGE_PEOPLE)
@require_http_methods(["GET", "HEAD", "POST"])
def propose(request: HttpRequest, pk: int) -> HttpResponse:
    """A new post for somebody."""
    person = person_of(request, pk)
    form = ProposalForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusals_shown(request, form):
            services.propose_grant(person=person, **form.cleaned_data, actor=actor_of(request))
            messages.success(
                request, _("Proposed: the post holds once the security officer has confirmed it.")
            )
            return redirect("access:person", pk)
    return form_page(
        request,
        form,
        person=person,
        title=_("Propose a post"),
        note=_("Administrator, security officer and auditor hold no other post."),
        button=_("Propose"),
        icon="user-plus",
    )


@requires(Act.MANAGE_PEOPLE)
@require_http_methods(["GET", "HEAD", "POST"])
def end(request: HttpRequest, pk: int) -> HttpResponse:
    """The end of a post, on a day or at once; a proposed one is taken back."""
    grant = _grant(request, pk)
    if grant.standing == "waiting":
        act, done = _("Take back"), _("The proposal is taken back.")
        note = _("%(post)s: nobody is asked to confirm it any more. That it was proposed stays on record.")
        form: ReasonForm | EndForm = ReasonForm(request.POST or None)
    else:
        act, done = _("End the post"), _("The post ends. Whoever goes on holding it needs a new one.")
        note = _("%(post)s: it allows nothing from then on. What was done in it stays on record.")
        form = EndForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusals_shown(request, form):
            services.end_grant(grant=grant, **{"last_day": None} | form.cleaned_data, actor=actor_of(request))
            messages.success(request, done)
            return redirect("access:person", grant.user_id)
    return form_page(
        request,
        form,
        person=grant.user,
        title=act,
        note=note % {"post": grant},
        button=act,
        icon="circle-x",
        danger=True,
    )
