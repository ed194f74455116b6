"""Enrolling many at once: a county or some of its townships, previewed and confirmed, and members who wait."""

from collections.abc import Collection

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from enrollment.eligibility import Verdict, bounds, uninsured_of, waiting_members
from enrollment.enrolment_forms import EnrolCountyForm, NotEligibleFilter, WaitingMembersForm
from enrollment.models import Agreement, Category, RosterHousehold
from enrollment.selectors import masked_identity
from enrollment.selectors.plan import plan_of
from enrollment.selectors.standing import waiting_to_be_enrolled
from enrollment.services import enrolment, members
from jincheng_insurance.access.guards import actor_of, requires
from jincheng_insurance.access.roles import Act
from jincheng_insurance.access.scope import access_row
from jincheng_insurance.web.answers import refusals_shown
from jincheng_insurance.web.pages import paginate, paginate_wide


@requires(Act.VIEW_INSURED)
@require_http_methods(["GET", "HEAD", "POST"])
def enrol_county(request: HttpRequest, agreement_pk: int) -> HttpResponse:
    """Who would be enrolled with the county, or with some townships, and who isn't eligible and why; one confirms."""
    actor = actor_of(request)
    agreement = access_row(
        Agreement.objects.select_related("county", "insurer"), actor, Act.ENROL, pk=agreement_pk
    )
    known = plan_of(agreement)
    form = EnrolCountyForm(
        request.POST if request.method == "POST" else request.GET, counts=known.by_township()
    )
    chosen = list(form.cleaned_data["township"]) if form.is_valid() else []
    if request.method == "POST" and form.is_valid():
        with refusals_shown(request, form):
            enrolled = enrolment.enrol_county(agreement=agreement, actor=actor, townships=chosen)
            messages.success(
                request,
                _("%(households)d households with %(persons)d persons are now insured.")
                % {"households": enrolled.households, "persons": enrolled.persons},
            )
            return redirect("enrollment:status")
    townships = [township.pk for township in chosen]
    plan = known.preview(townships)
    refused = dict(plan.refused)
    insured = refused.pop(Verdict.INSURED, 0)
    wanted = NotEligibleFilter(request.GET).wanted(refused)
    context = {
        "agreement": agreement,
        "form": form,
        "chosen": chosen,
        "plan": plan,
        "categories": [(label, plan.by_category.get(value, 0)) for value, label in Category.choices],
        "reasons": list(refused.items()),
        "insured": insured,
        "narrowed": len(wanted) < len(refused),
        "page": paginate_wide(
            request,
            _not_eligible(agreement, townships, wanted),
            known=sum(refused[verdict] for verdict in wanted),
        ),
    }
    return render(request, "enrollment/enrol_county.html", context, status=422 if form.errors else 200)


def _not_eligible(
    agreement: Agreement, townships: Collection[int], verdicts: Collection[Verdict]
) -> QuerySet[RosterHousehold]:
    if not verdicts:
        return RosterHousehold.objects.none()
    return (
        uninsured_of(agreement, townships)
        .filter(Q(verdict__in=verdicts))
        .select_related("township", "village")
        .order_by("code")
    )


@requires(Act.VIEW_INSURED)
@require_http_methods(["GET", "HEAD", "POST"])
def enrol_waiting(request: HttpRequest, agreement_pk: int) -> HttpResponse:
    """Members who wait in the county's insured households; all are insured from a day on."""
    actor = actor_of(request)
    agreement = access_row(
        Agreement.objects.select_related("county", "insurer"), actor, Act.ENROL, pk=agreement_pk
    )
    first, last = bounds(agreement.policy_year_id)
    form = WaitingMembersForm(
        request.POST or None, initial={"cover_from": min(max(timezone.localdate(), first), last)}
    )
    if request.method == "POST" and form.is_valid():
        with refusals_shown(request, form):
            added = members.enrol_waiting_members(agreement=agreement, actor=actor, **form.cleaned_data)
            messages.success(request, _("%(persons)d members are now insured.") % {"persons": added})
            return redirect("enrollment:status")
    rows = waiting_members(agreement).select_related("household__township")
    page = paginate(request, rows, known=waiting_to_be_enrolled([agreement], "members").count)
    context = {
        "agreement": agreement,
        "form": form,
        "page": page,
        "persons": [(person, masked_identity(person)) for person in page],
    }
    return render(request, "enrollment/enrol_waiting.html", context, status=422 if form.errors else 200)
