"""Pages of a claim's papers: the checklist, handing in, opening, removing, asking for what is missing."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from claims import selectors
from claims.checklists import Paper as NeededPaper
from claims.checklists import askable_papers, cases_of, needed_papers
from claims.forms.documents import AskForm, DocumentForm, OpeningForm, RemovalForm
from claims.models import Claim, ClaimDocument, DocumentKind
from claims.selectors.documents import documents as documents_of
from claims.services import documents
from jincheng_insurance.access.guards import actor_of, requires
from jincheng_insurance.access.models import User
from jincheng_insurance.access.refusals import Refused
from jincheng_insurance.access.roles import Act
from jincheng_insurance.access.scope import access_row
from jincheng_insurance.audit.services import note_view
from jincheng_insurance.web.answers import refusals_shown
from jincheng_insurance.web.downloads import download


@dataclass(frozen=True, slots=True)
class Item:
    """One line of the checklist: what is needed, and what was handed in of it."""

    paper: NeededPaper
    documents: list[ClaimDocument]


def documents_panel(claim: Claim, actor: User) -> dict[str, Any]:
    """What `claims/documents/panel.html` shows: the checklist with what is here, what is missing, what was asked for,
    and what the actor may do."""
    standing = documents.standing_documents(claim)
    items = [
        Item(paper, [document for document in standing if document.kind == paper.kind])
        for paper in needed_papers(cases_of(claim))
    ]
    listed = {item.paper.kind for item in items}
    handles = actor.can(Act.HANDLE_CLAIM, on=claim)
    request = documents.current_request(claim)
    return {
        "claim": claim,
        "items": items,
        "others": [document for document in standing if document.kind not in listed],
        "missing": [item.paper for item in items if not item.documents],
        "request_for_papers": request,
        "may_add": handles and documents.takes_documents(claim),
        "may_remove": handles and claim.open_to_assessment,
        "may_ask": handles and claim.open_to_assessment and request is None,
    }


def askable_choices(claim: Claim, panel: dict[str, Any]) -> list[tuple[str, str]]:
    """The papers that may be asked for on a claim and aren't here, to tick."""
    here = {item.paper.kind for item in panel["items"] if item.documents}
    here |= {document.kind for document in panel["others"] if document.kind != DocumentKind.OTHER}
    return [(paper.kind, paper.label) for paper in askable_papers(claim) if paper.kind not in here]


def ask_form_of(claim: Claim, panel: dict[str, Any], data: Any = None) -> AskForm:
    """The form that asks, with what is missing of the checklist ticked."""
    ticked = [paper.kind for paper in panel["missing"]]
    return AskForm(data, papers=askable_choices(claim, panel), initial={"missing": ticked})


def _documents_page(request: HttpRequest, claim: Claim, **forms: Any) -> HttpResponse:
    context = documents_panel(claim, actor_of(request))
    context |= {
        "removed": claim.documents.exclude(removed_at=None).select_related("removed_by"),
        "document_form": DocumentForm(),
        "opening_form": OpeningForm(),
        "removal_form": RemovalForm(),
        "ask_form": ask_form_of(claim, context),
        **forms,
    }
    return render(request, "claims/documents/documents.html", context, status=422 if forms else 200)


def _claim(actor: User, pk: int, act: Act | None = None) -> Claim:
    return access_row(selectors.claims(actor), actor, act, pk=pk)


@requires(Act.VIEW_CLAIM)
@require_http_methods(["GET", "HEAD", "POST"])
def claim_documents(request: HttpRequest, pk: int) -> HttpResponse:
    """A claim's papers, and the form that takes more of them in."""
    actor = actor_of(request)
    if request.method != "POST":
        row = _claim(actor, pk)
        note_view(actor=actor, on=row)
        return _documents_page(request, row)
    claim = _claim(actor, pk, Act.HANDLE_CLAIM)
    form = DocumentForm(request.POST, request.FILES)
    if form.is_valid():
        added = 0
        for file in form.cleaned_data["file"]:
            try:
                documents.add_document(
                    claim=claim,
                    kind=form.cleaned_data["kind"],
                    data=file.read(),
                    file_name=file.name or "",
                    actor=actor,
                )
                added += 1
            except Refused as refusal:
                field = refusal.field if refusal.field in form.fields else None
                said = _("%(what)s: %(why)s") % {"what": file.name, "why": refusal}
                form.add_error(field, said if refusal.field == "file" else str(refusal))
        if added:
            text = ngettext("%(n)s paper was added.", "%(n)s papers were added.", added)
            messages.success(request, text % {"n": added})
        if not form.errors:
            return redirect("claims:documents", pk=pk)
    return _documents_page(request, claim, document_form=form)


@requires(Act.VIEW_CLAIM)
@require_POST
def document(request: HttpRequest, pk: int) -> HttpResponse:
    """The paper itself: a picture in the browser, a PDF to be saved. Each look has a reason and is on record."""
    actor = actor_of(request)
    row = access_row(documents_of(actor), actor, pk=pk)
    form = OpeningForm(request.POST)
    if form.is_valid():
        with refusals_shown(request, form):
            data = documents.open_document(document=row, actor=actor, **form.cleaned_data)
            return download(data, name=row.file_name, content_type=row.content_type, inline=row.is_image)
    return _documents_page(request, _claim(actor, row.claim_id), opening_form=form)


@requires(Act.VIEW_CLAIM)
@require_POST
def remove_document(request: HttpRequest, pk: int) -> HttpResponse:
    actor = actor_of(request)
    row = access_row(documents_of(actor), actor, Act.HANDLE_CLAIM, pk=pk)
    form = RemovalForm(request.POST)
    if form.is_valid():
        with refusals_shown(request, form):
            documents.remove_document(document=row, actor=actor, **form.cleaned_data)
            messages.success(request, _("The paper was removed; who did so and why stays on record."))
            return redirect("claims:documents", pk=row.claim_id)
    return _documents_page(request, _claim(actor, row.claim_id), removal_form=form)


@requires(Act.VIEW_CLAIM)
@require_POST
def ask_for_documents(request: HttpRequest, pk: int) -> HttpResponse:
    """The one list of missing papers: named once more before it is sent, since there is no second one (R26). It ends
    on the notice to print."""
    actor = actor_of(request)
    claim = _claim(actor, pk, Act.HANDLE_CLAIM)
    form = ask_form_of(claim, documents_panel(claim, actor), request.POST)
    if form.is_valid():
        asked = {name: form.cleaned_data[name] for name in ("missing", "note")}
        with refusals_shown(request, form):
            if not form.cleaned_data["sure"]:
                documents.check_request(claim=claim, missing=asked["missing"], actor=actor)
                context = asked | {
                    "claim": claim,
                    "labels": [DocumentKind(kind).label for kind in asked["missing"]],
                }
                return render(request, "claims/documents/sure.html", context)
            documents.ask_for_documents(claim=claim, actor=actor, **asked)
            return redirect("claims:documents_notice", pk=pk)
    return _documents_page(request, claim, ask_form=form)
