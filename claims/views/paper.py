"""Papers of claims as pages to print, as Word documents, and lists as workbooks: `?format=docx` or `?format=xlsx`."""

from collections.abc import Callable, Sequence
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.http import require_GET

from claims import selectors
from claims.checklists import ON_OCCASION, cases_of, needed_papers
from claims.forms.documents import PeriodForm
from claims.models import Claim, DocumentKind
from claims.paper import letters, lists, plain
from claims.paper.facts import claim_facts
from claims.selectors.lists import (
    MOST_ROWS,
    TooManyRowsError,
    counties_with_claims,
    grants,
    grants_of,
    lines_of,
    paid_until,
    payments,
    payments_of,
)
from claims.services.documents import current_request
from claims.services.lists import note_download
from jincheng_insurance.access.guards import actor_of, requires
from jincheng_insurance.access.models import User
from jincheng_insurance.access.roles import Act
from jincheng_insurance.access.scope import access_row
from jincheng_insurance.audit.services import note_view
from jincheng_insurance.web.paper import Paper
from jincheng_insurance.web.paper_files import EXCEL, WORD, paper_file, word_file

MOST_SHOWN = 200


def _claim(actor: User, pk: int) -> Claim:
    return access_row(selectors.claims_on_paper(actor), actor, pk=pk)


def _claim_paper(
    request: HttpRequest, claim: Claim, paper: Paper, template: str = "claims/paper/claim_paper.html"
) -> HttpResponse:
    """One claim's paper in the format asked for; without one, the page. Either is on record as a look at the claim."""
    note_view(actor=actor_of(request), on=claim)
    if request.GET.get("format") == WORD:
        return word_file(paper, actor=actor_of(request))
    return render(request, template, {"claim": claim, "paper": paper})


@requires(Act.VIEW_CLAIM)
@require_GET
def calculation_sheet(request: HttpRequest, pk: int) -> HttpResponse:
    claim = _claim(actor_of(request), pk)
    return _claim_paper(request, claim, letters.calculation_sheet(claim_facts(claim)))


@requires(Act.VIEW_CLAIM)
@require_GET
def decision_letter(request: HttpRequest, pk: int) -> HttpResponse:
    claim = _claim(actor_of(request), pk)
    facts = claim_facts(claim)
    if facts.decided_on is None:
        messages.error(request, _("There is no letter yet: the claim isn't decided."))
        return redirect("claims:claim", pk=pk)
    return _claim_paper(request, claim, letters.decision_letter(facts))


@requires(Act.VIEW_CLAIM)
@require_GET
def plain_words(request: HttpRequest, pk: int) -> HttpResponse:
    """The sum for the insured to see, without the office's frame; Chinese, in English where `?language=en` asks."""
    claim = _claim(actor_of(request), pk)
    language = "en" if request.GET.get("language") == "en" else "zh-hans"
    paper = plain.plain_words(claim_facts(claim), language=language)
    return _claim_paper(request, claim, paper, template="claims/paper/plain_words.html")


@requires(Act.VIEW_CLAIM)
@require_GET
def documents_notice(request: HttpRequest, pk: int) -> HttpResponse:
    """What was asked for in this round; 404 while nothing was."""
    claim = _claim(actor_of(request), pk)
    asked = current_request(claim)
    if asked is None:
        raise Http404
    with override("zh-hans"):
        purposes = {
            paper.kind: str(paper.purpose) for paper in (*needed_papers(cases_of(claim)), *ON_OCCASION)
        }
        papers = [
            (str(DocumentKind(kind).label), purposes.get(DocumentKind(kind), "")) for kind in asked.missing
        ]
    paper = letters.documents_notice(
        claim_facts(claim), papers=papers, note=asked.note, asked_on=timezone.localdate(asked.asked_at)
    )
    return _claim_paper(request, claim, paper)


def _list_page(
    request: HttpRequest,
    *,
    kind: str,
    found: Callable[..., QuerySet[Any]],
    rows_of: Callable[..., Sequence[Any]],
    make: Callable[[lists.Period, Sequence[Any]], Paper],
) -> HttpResponse:
    """A list of one county and period: by default the first county in reach, this month up to today. One of more than
    MOST_SHOWN rows is only a file."""
    actor = actor_of(request)
    counties = counties_with_claims(actor)
    today = timezone.localdate()
    county = counties.first()
    defaults = {"county": county and county.pk, "first": today.replace(day=1), "last": today}
    form = PeriodForm({**defaults, **request.GET.dict()}, counties=counties)
    context: dict[str, Any] = {"form": form, "county": county}
    if county is not None and form.is_valid():
        asked = form.cleaned_data
        period = lists.Period(asked["county"].name, asked["first"], asked["last"])
        wanted = request.GET.get("format")
        count = found(actor, **asked).count()
        if MOST_SHOWN < count <= MOST_ROWS and wanted not in {WORD, EXCEL}:
            return render(request, "claims/paper/list.html", context | {"rows": count})
        try:
            rows = rows_of(actor, **asked)
        except TooManyRowsError:
            form.add_error(
                "first",
                _("The list would have more than %(most)s rows. Choose fewer days.") % {"most": MOST_ROWS},
            )
        else:
            paper = make(period, rows)
            if wanted in {WORD, EXCEL}:
                note_download(
                    name=kind, file_format=wanted, county=asked["county"], rows=len(rows), actor=actor
                )
                return paper_file(paper, wanted, actor=actor)
            context |= {"paper": paper, "rows": len(rows)}
    return render(request, "claims/paper/list.html", context, status=422 if county and form.errors else 200)


@requires(Act.VIEW_CLAIM)
@require_GET
def payment_list(request: HttpRequest) -> HttpResponse:
    """Payments of a county and period, for the offices and the insurer."""
    return _list_page(request, kind="payments", found=payments, rows_of=payments_of, make=lists.payment_list)


@requires(Act.VIEW_CLAIM)
@require_GET
def posting(request: HttpRequest) -> HttpResponse:
    """What villages may read (R28)."""
    return _list_page(request, kind="posting", found=grants, rows_of=grants_of, make=lists.posting)


@requires(Act.VIEW_CLAIM)
@require_GET
def batch_posting(request: HttpRequest, pk: int) -> HttpResponse:
    """What villages may read of one payment batch (R28)."""
    actor = actor_of(request)
    batch = access_row(selectors.batches(actor), actor, pk=pk)
    rows = lines_of(actor, batch)
    paper = lists.batch_posting(batch.county.name, batch.number, rows, paid_on=paid_until(batch))
    wanted = request.GET.get("format")
    if wanted in {WORD, EXCEL}:
        note_download(name="posting", file_format=wanted, county=batch.county, rows=len(rows), actor=actor)
        return paper_file(paper, wanted, actor=actor)
    return render(request, "claims/paper/batch_posting.html", {"batch": batch, "paper": paper})
