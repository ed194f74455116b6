"""A claim's papers over the API: what is here, what is missing, handing in, removing, and the one request (R25, R26).
What a paper holds is not answered: it is looked at in the pages, with a reason."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from claims import selectors
from claims.api.acts import CLAIM, Line, of_claim
from claims.checklists import Paper, cases_of, needed_papers
from claims.models import Claim, ClaimDocument, DocumentKind, DocumentRequest
from claims.selectors.documents import document_in_scope
from claims.services import documents
from jincheng_insurance.access.models import User
from jincheng_insurance.access.roles import Act
from jincheng_insurance.api.authentication import caller_of
from jincheng_insurance.api.fields import InputSerializer
from jincheng_insurance.api.idempotency import Deed, once
from jincheng_insurance.api.schema import CREATED, operation
from jincheng_insurance.api.views import ApiView, read
from jincheng_insurance.web.uploads import MAX_FILE

AROUND_THE_FILE = 64 * 2**10


class DocumentInput(InputSerializer):
    """One paper: a PDF, JPG or PNG of at most 10 MB, known by what it holds."""

    kind = serializers.ChoiceField(DocumentKind.choices)
    file = serializers.FileField(allow_empty_file=True, max_length=255)


class RemovalInput(InputSerializer):
    """Why a paper goes."""

    reason = serializers.CharField(max_length=200)


class MissingInput(InputSerializer):
    """The one list of papers that are missing; there is no second one in the same round."""

    missing = serializers.ListField(
        child=serializers.ChoiceField(DocumentKind.choices), min_length=1, max_length=20
    )
    note = serializers.CharField(max_length=300, required=False, default="", allow_blank=True)


class DocumentOut(serializers.Serializer[ClaimDocument]):
    """A paper that stands."""

    id = serializers.IntegerField()
    kind = serializers.ChoiceField(DocumentKind.choices)
    file_name = serializers.CharField()
    content_type = serializers.CharField()
    size = serializers.IntegerField()
    uploaded_at = serializers.DateTimeField()


class NeededOut(serializers.Serializer[Paper]):
    """A paper that the claim's checklist needs and nobody has handed in, and the rule that asks for it."""

    kind = serializers.ChoiceField(DocumentKind.choices)
    label = serializers.CharField()  # type: ignore[assignment]
    rule = serializers.CharField()
    purpose = serializers.CharField()


class RequestOut(serializers.Serializer[DocumentRequest]):
    """The list that was asked for in this round of the claim."""

    missing = serializers.ListField(child=serializers.ChoiceField(DocumentKind.choices))
    note = serializers.CharField(allow_blank=True)
    asked_at = serializers.DateTimeField()


class DocumentsOut(serializers.Serializer[Any]):
    """A claim's papers: those here, those missing, and what was asked for."""

    claim = serializers.CharField()
    documents = DocumentOut(many=True)
    missing = NeededOut(many=True)
    asked = RequestOut(allow_null=True)


def documents_answer(status: int, claim: Claim) -> Response:
    """A claim's papers as they are now; after one was handed in, with the claim's address."""
    claim = Claim.objects.get(pk=claim.pk)
    standing = documents.standing_documents(claim)
    here = {document.kind for document in standing}
    shown = {
        "claim": claim.number,
        "documents": standing,
        "missing": [paper for paper in needed_papers(cases_of(claim)) if paper.kind not in here],
        "asked": documents.current_request(claim),
    }
    address = {"Location": reverse("api:claim", args=[claim.number])} if status == CREATED else None
    return Response(DocumentsOut(shown).data, status=status, headers=address)


class ClaimDocuments(ApiView):
    """The papers of a claim; a POST hands one in as multipart/form-data."""

    largest = MAX_FILE + AROUND_THE_FILE

    @property
    def act(self) -> Act:  # type: ignore[override]
        return Act.HANDLE_CLAIM if self.request.method == "POST" else Act.VIEW_CLAIM

    def get_parsers(self) -> list[Any]:
        return [MultiPartParser()]

    @operation(
        name="documents",
        tag="documents",
        summary=_("A claim's papers, what is missing and what was asked for"),
        rules=["R26"],
        answer=DocumentsOut,
        row=True,
    )
    def get(self, request: Request, number: str) -> Response:
        return documents_answer(200, self.row(selectors.claims(caller_of(request)), number=number))

    @operation(
        name="document_add",
        tag="documents",
        summary=_("Hand in a paper of a claim"),
        rules=["R26"],
        body=DocumentInput,
        media_type="multipart/form-data",
        answer=DocumentsOut,
        status=CREATED,
        row=True,
        idempotent=True,
    )
    def post(self, request: Request, number: str) -> Response:
        actor = caller_of(request)
        claim: Claim = self.row(selectors.claims(actor), number=number)
        sent = read(DocumentInput, request.data)

        def act(deed: Deed) -> None:
            with deed.done():
                documents.add_document(
                    claim=claim,
                    kind=sent["kind"],
                    data=sent["file"].read(),
                    file_name=sent["file"].name,
                    actor=actor,
                )

        return once(request, act=act, answer=lambda _on: documents_answer(CREATED, claim))


def _answer_of_document(_actor: User, status: int, document: ClaimDocument) -> Response:
    return documents_answer(status, document.claim)


def _answer_of_claim(_actor: User, status: int, claim: Claim) -> Response:
    return documents_answer(status, claim)


ACTS = (
    Line(
        name="document_remove",
        address="documents/<int:document>/removal",
        summary=_("Take a paper out of a claim that isn't submitted yet; row and file stay"),
        service=documents.remove_document,
        on=of_claim("document", document_in_scope, lambda document: document.claim).answered_by(
            _answer_of_document, DocumentsOut, "documents"
        ),
        body=RemovalInput,
        sent={"reason": "非本人材料"},
    ),
    Line(
        name="documents_request",
        address="claims/<number:number>/documents/request",
        summary=_("Ask the insured for all that is missing, in one list; once a round"),
        service=documents.ask_for_documents,
        on=CLAIM.answered_by(_answer_of_claim, DocumentsOut, "documents"),
        body=MissingInput,
        rules=("R26",),
        sent={"missing": ["invoice", "discharge"], "note": "原件或清晰照片"},
    ),
)
