"""Pages of the year's end: the list of settlements, one with its lines, a line in depth, and confirming (R23, R24)."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from enrollment.models import PolicyYear
from jincheng_insurance.access.guards import actor_of, requires
from jincheng_insurance.access.models import User
from jincheng_insurance.access.roles import Act
from jincheng_insurance.access.scope import access_row
from jincheng_insurance.web.answers import refusals_shown
from jincheng_insurance.web.pages import paginate
from jincheng_insurance.web.paper_files import EXCEL, WORD, paper_file
from riskpool.explanation import explain_line, shares_in_words, sources_in_words
from riskpool.models import SettlementDraft, SettlementLine
from riskpool.paper.settlement import settlement_paper
from riskpool.selectors import settlements as settled
from riskpool.services.papers import note_download
from riskpool.services.settlement import confirm_settlement, draft_settlement


@requires(Act.VIEW_POOL)
@require_GET
def settlements(request: HttpRequest) -> HttpResponse:
    """Where each policy year's settlement stands, and all its drafts and versions, newest first."""
    actor = actor_of(request)
    page = paginate(request, settled.drafts_of(actor))
    drafts = list(page)
    sums = settled.sums_by_draft(actor, drafts)
    latest = settled.latest_serials(drafts)
    context = {
        "years": settled.year_states(actor),
        "page": page,
        "rows": [
            (draft, sums[draft.pk], latest[draft.policy_year_id, draft.version] == draft.serial)
            for draft in drafts
        ],
        "may_draft": actor.can(Act.SETTLE),
    }
    return render(request, "riskpool/settlements.html", context)


@requires(Act.VIEW_POOL)
@require_GET
def settlement(request: HttpRequest, pk: int) -> HttpResponse:
    """A draft or version with its lines within reach; as a file with `?format=docx` or `?format=xlsx`."""
    actor = actor_of(request)
    draft = get_object_or_404(settled.drafts_of(actor), pk=pk)
    lines = settled.lines_of(actor, draft)
    wanted = request.GET.get("format")
    if wanted in {WORD, EXCEL}:
        paper = settlement_paper(draft, lines)
        note_download(draft=draft, file_format=wanted, rows=len(lines), actor=actor)
        return paper_file(paper, wanted, actor=actor)
    latest = settled.is_latest(draft)
    waits = latest and not hasattr(draft, "settlement")
    context = {
        "draft": draft,
        "lines": [(line, settled.sums_of([line])) for line in lines],
        "sums": settled.sums_of(lines),
        "closes_on": draft.content["closes_on"],
        "latest": latest,
        "unchanged": settled.ledgers_agree(draft) if waits and _sees_all(actor) else None,
        "matches": settled.matches_digest(draft),
        "may_draft": waits and draft.policy_year_id < timezone.localdate().year and actor.can(Act.SETTLE),
        "may_confirm": waits
        and draft.drafted_by_id not in {None, actor.pk}
        and actor.can(Act.CONFIRM_SETTLEMENT),
    }
    return render(request, "riskpool/settlement.html", context)


def _sees_all(actor: User) -> bool:
    """Whether the actor may know what moves in every county's ledgers."""
    return any(actor.can(act) for act in (Act.SETTLE, Act.CONFIRM_SETTLEMENT, Act.VIEW_AUDIT))


@requires(Act.VIEW_POOL)
@require_GET
def line(request: HttpRequest, pk: int) -> HttpResponse:
    """One agreement's line: every stage with its rule, what is booked beyond earlier versions, and the rows counted."""
    rows = SettlementLine.objects.select_related("draft", "county", "agreement__insurer")
    row = access_row(rows, actor_of(request), pk=pk)
    context = {
        "line": row,
        "sums": settled.sums_of([row]),
        "stages": explain_line(row),
        "shares": shares_in_words(row),
        "sources": sources_in_words(row),
    }
    return render(request, "riskpool/settlement_line.html", context)


@requires(Act.SETTLE)
@require_POST
def draft(request: HttpRequest, year: int) -> HttpResponse:
    """Put a year's settlement forward as its ledgers stand."""
    get_object_or_404(PolicyYear, pk=year)
    with refusals_shown(request):
        drafted = draft_settlement(policy_year_id=year, actor=actor_of(request))
        words = {"year": year, "version": drafted.version}
        messages.success(request, _("Version %(version)s of %(year)s has been put forward.") % words)
        return redirect("riskpool:settlement", pk=drafted.pk)
    return redirect("riskpool:settlements")


@requires(Act.CONFIRM_SETTLEMENT)
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest, pk: int) -> HttpResponse:
    """What confirming a draft would book for each side, and the difference to the version before; done by POST."""
    actor = actor_of(request)
    rows = SettlementDraft.objects.select_related("drafted_by", "settlement")
    row = access_row(rows, actor, Act.CONFIRM_SETTLEMENT, pk=pk)
    form = forms.Form(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        with refusals_shown(request, form):
            confirmed = confirm_settlement(draft=row, actor=actor)
            words = {"year": confirmed.policy_year_id, "version": confirmed.version}
            messages.success(request, _("Version %(version)s of %(year)s has been confirmed.") % words)
            return redirect("riskpool:settlement", pk=row.pk)
    lines = settled.lines_of(actor, row)
    context: dict[str, Any] = {
        "draft": row,
        "form": form,
        "lines": [(line, shares_in_words(line)) for line in lines],
        "sums": settled.sums_of(lines),
        "obstacle": settled.obstacle_to_confirming(row, actor),
    }
    return render(request, "riskpool/confirm_settlement.html", context, status=422 if form.errors else 200)
