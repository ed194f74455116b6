"""The papers of a claim: taking them in, opening them, removing them, and asking once for those that are missing
(R25, R26)."""

import hashlib
from collections.abc import Collection

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from claims.checklists import cases_of, needed_papers, papers_of_cover
from claims.models import Claim, ClaimDocument, DocumentKind, DocumentRequest
from claims.services.steps import check_step, locked_claim
from jincheng_insurance.access.models import User
from jincheng_insurance.access.refusals import Refused
from jincheng_insurance.access.roles import Act
from jincheng_insurance.access.scope import require
from jincheng_insurance.access.sealed_files import read_sealed, remove_sealed, store_sealed
from jincheng_insurance.access.sealing import SealError
from jincheng_insurance.audit.services import record
from jincheng_insurance.web import formats
from jincheng_insurance.web.uploads import Upload, check_upload, shown_name

MOST_DOCUMENTS = 40
# States in which a claim's life is over; no more papers are taken in.
ENDED = frozenset({Claim.State.CLOSED, Claim.State.REJECTED, Claim.State.WITHDRAWN})


def standing_documents(claim: Claim) -> list[ClaimDocument]:
    """The papers of a claim that weren't removed, in the order they came."""
    return list(claim.documents.filter(removed_at=None).select_related("uploaded_by"))


def missing_documents(claim: Claim) -> list[DocumentKind]:
    """The kinds of paper that the claim's checklist needs and nobody has handed in, in the checklist's order."""
    here = {document.kind for document in standing_documents(claim)}
    return [paper.kind for paper in needed_papers(cases_of(claim)) if paper.kind not in here]


def takes_documents(claim: Claim) -> bool:
    return claim.state not in ENDED


def add_document(*, claim: Claim, kind: str, data: bytes, file_name: str, actor: User) -> ClaimDocument:
    """Take in one paper. Refused with field `file` for what is no whole, harmless PDF, JPG or PNG of at most 10 MB,
    for a file that the claim has already, and beyond 40 papers; refused once the claim is closed. What it holds is
    looked at before the transaction begins, so no lock waits for it."""
    require(actor, Act.HANDLE_CLAIM, claim)
    _check_takes(claim)
    if kind not in DocumentKind.values:
        raise Refused(_("Say what kind of paper this is."), field="kind")
    upload = check_upload(data)
    return _keep_document(
        claim=claim,
        kind=kind,
        upload=upload,
        sha256=hashlib.sha256(data).hexdigest(),
        file_name=shown_name(file_name, upload.content_type),
        actor=actor,
    )


@transaction.atomic(durable=True)
def _keep_document(
    *, claim: Claim, kind: str, upload: Upload, sha256: str, file_name: str, actor: User
) -> ClaimDocument:
    claim = locked_claim(claim)
    _check_takes(claim)
    standing = standing_documents(claim)
    for earlier in standing:
        if earlier.sha256 == sha256:
            raise Refused(
                _(
                    "This claim has this very file already: %(name)s, added on %(day)s. It need not be sent twice."
                ),
                field="file",
                name=earlier.file_name,
                day=formats.day(earlier.uploaded_at),
            )
    if len(standing) >= MOST_DOCUMENTS:
        raise Refused(
            _("A claim holds at most %(most)s papers. Put several pages into one PDF."),
            field="file",
            most=MOST_DOCUMENTS,
        )
    stored_as = store_sealed(upload.data)
    try:
        document = ClaimDocument.objects.create(
            claim=claim,
            kind=kind,
            file_name=file_name,
            stored_as=stored_as,
            content_type=upload.content_type,
            size=len(upload.data),
            sha256=sha256,
            uploaded_by=actor,
        )
        facts = {"claim": claim.number, "kind": kind, "size": document.size}
        record("add_document", actor=actor, on=document, county_id=claim.county_id, facts=facts)
    except BaseException:
        remove_sealed(stored_as)
        raise
    return document


@transaction.atomic(durable=True)
def open_document(*, document: ClaimDocument, reason: str, actor: User) -> bytes:
    """The paper's bytes. A paper shows full numbers, so each look has a reason, on record before it is shown (R25).
    Refused without one, and when the paper was removed or doesn't open."""
    require(actor, Act.VIEW_CLAIM, document)
    if not reason.strip():
        raise Refused(_("Say why you open this paper."), field="reason", rule="R25")
    if document.removed_at is not None:
        raise Refused(_("This paper was removed from the claim."))
    facts = {"claim": document.claim.number, "kind": document.kind}
    record(
        "open_document",
        actor=actor,
        on=document,
        county_id=document.claim.county_id,
        facts=facts,
        reason=reason.strip()[:200],
    )
    try:
        return read_sealed(document.stored_as)
    except (SealError, FileNotFoundError) as error:
        raise Refused(
            _("The stored file can't be opened. Tell whoever runs the server, and ask for it again.")
        ) from error


@transaction.atomic(durable=True)
def remove_document(*, document: ClaimDocument, reason: str, actor: User) -> None:
    """Take a paper out of a claim that isn't submitted yet. Row and file stay, with the reason."""
    claim = locked_claim(document.claim)
    check_step(claim, "assess", actor)
    if not reason.strip():
        raise Refused(_("Say why the paper is removed."), field="reason")
    removed = ClaimDocument.objects.filter(pk=document.pk, removed_at=None).update(
        removed_by=actor, removed_at=timezone.now(), removal_reason=reason.strip()[:200]
    )
    if removed:
        facts = {"claim": claim.number, "kind": document.kind}
        record(
            "remove_document", actor=actor, on=document, county_id=claim.county_id, facts=facts, reason=reason
        )


@transaction.atomic(durable=True)
def ask_for_documents(*, claim: Claim, missing: Collection[str], note: str, actor: User) -> DocumentRequest:
    """Put down the one list of missing papers that the insured is asked for, while the claim is assessed (R26)."""
    claim = locked_claim(claim)
    check_step(claim, "assess", actor)
    return put_request(claim, missing, note, actor)


def check_request(*, claim: Claim, missing: Collection[str], actor: User) -> None:
    """Refused as `ask_for_documents` would be now; writes nothing."""
    check_step(claim, "assess", actor)
    _check_once(claim)
    _check_missing(claim, missing)


def put_request(claim: Claim, missing: Collection[str], note: str, actor: User) -> DocumentRequest:
    """Add the list to a locked claim; also what a reviewer's return with a list does. A second list in the same round
    of the claim's life is refused with the first one's date, whatever has come to mind since: asking in instalments is
    what the rule forbids."""
    _check_once(claim)
    _check_missing(claim, missing)
    ordered = [kind for kind in DocumentKind.values if kind in missing]
    request = DocumentRequest.objects.create(
        claim=claim, round=claim.round, missing=ordered, note=note.strip()[:300], asked_by=actor
    )
    facts = {"claim": claim.number, "missing": ordered}
    record("ask_for_documents", actor=actor, on=request, county_id=claim.county_id, facts=facts)
    return request


def _check_once(claim: Claim) -> None:
    earlier = current_request(claim)
    if earlier is not None:
        raise Refused(
            _(
                "Missing papers are asked for once, and were on %(day)s. Take what else is needed in as it comes."
            ),
            field="missing",
            rule="R26",
            day=formats.day(earlier.asked_at),
        )


def current_request(claim: Claim) -> DocumentRequest | None:
    """What was asked for in this round of the claim's life, or None."""
    return claim.document_requests.filter(round=claim.round).select_related("asked_by").first()


def _check_takes(claim: Claim) -> None:
    if not takes_documents(claim):
        raise Refused(_("The claim is closed; no more papers are taken in."), rule="R26")


def _check_missing(claim: Claim, missing: Collection[str]) -> None:
    """Refuse an empty list, unknown kinds, papers of another cover, and papers that are here already."""
    if not missing or any(kind not in DocumentKind.values for kind in missing):
        raise Refused(_("Tick at least one paper of the list."), field="missing")
    strange = [str(DocumentKind(kind).label) for kind in missing if kind not in papers_of_cover(claim)]
    if strange:
        raise Refused(
            _("A claim of this coverage needs no such paper: %(papers)s. Leave it out."),
            field="missing",
            papers="、".join(strange),
        )
    here = {document.kind for document in standing_documents(claim)} - {DocumentKind.OTHER}
    twice = [str(DocumentKind(kind).label) for kind in missing if kind in here]
    if twice:
        raise Refused(_("Already handed in: %(papers)s."), field="missing", papers="、".join(twice))
