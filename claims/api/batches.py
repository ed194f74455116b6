"""Payment batches over the API: gathered by one, released by another, settled line by line. Account numbers are sent in
bodies only, and answered masked (R22, R25, R26)."""

from typing import Any

from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from claims import selectors
from claims.api.acts import Line, On
from claims.api.shapes import PaymentInput, ReasonInput
from claims.models import Claim, PaymentBatch, PaymentLine
from claims.payee import Payee, masked_account
from claims.services import batches, payment
from claims.services.outcome import record_recovery
from enrollment.api import PolicyYearField
from enrollment.models import Agreement
from jincheng_insurance.access.models import User
from jincheng_insurance.access.refusals import Refused
from jincheng_insurance.access.roles import Act
from jincheng_insurance.access.scope import access_row, require
from jincheng_insurance.api.authentication import caller_of
from jincheng_insurance.api.fields import InputSerializer, MoneyField, PlaceOut
from jincheng_insurance.api.idempotency import Deed, once
from jincheng_insurance.api.paging import PageInput, piece
from jincheng_insurance.api.schema import CREATED, OK, operation
from jincheng_insurance.api.views import ApiView, read
from jincheng_insurance.scheme.money import ZERO

MOST_CLAIMS = 1000


class BatchesInput(PageInput):
    """Which batches to list."""

    policy_year = PolicyYearField()
    state = serializers.ChoiceField(PaymentBatch.State.choices, required=False)


class GatherInput(InputSerializer):
    """The agreement whose approved claims are gathered: all that wait in no batch, or those whose numbers are given."""

    agreement = serializers.CharField(max_length=60)
    claims = serializers.ListField(
        child=serializers.CharField(max_length=40), required=False, min_length=1, max_length=MOST_CLAIMS
    )


class PayeeInput(InputSerializer):
    """Whom a line is paid to. No answer holds the full account. `relation` is "self" only under the insured's own name
    (for a loss, the head's of the household); `proof` shows the relation or authority of anybody else."""

    holder_name = serializers.CharField(max_length=60)
    bank_name = serializers.CharField(max_length=80)
    account = serializers.CharField(max_length=40, write_only=True)
    relation = serializers.ChoiceField(PaymentLine.Payee.choices)
    proof = serializers.CharField(max_length=120, required=False, default="", allow_blank=True)


class LineReasonInput(ReasonInput):
    """Why a payment failed or came back, as the bank says it."""

    reason = serializers.CharField(max_length=200)


class RecoveryInput(InputSerializer):
    """Under which bank reference a payment to be recovered came back."""

    reference = serializers.CharField(max_length=60)


class LineOut(serializers.Serializer[PaymentLine]):
    """One claim of a batch: whom the bank pays, the account only masked, and what came of it."""

    id = serializers.IntegerField()
    claim = serializers.CharField(source="claim.number")
    amount = MoneyField()
    state = serializers.ChoiceField(PaymentLine.State.choices)
    holder_name = serializers.CharField(allow_blank=True)
    bank_name = serializers.CharField(allow_blank=True)
    account = serializers.SerializerMethodField()
    relation = serializers.ChoiceField(PaymentLine.Payee.choices, allow_blank=True)
    proof = serializers.CharField(allow_blank=True)
    reason = serializers.CharField(allow_blank=True)
    recorded_at = serializers.DateTimeField(allow_null=True)

    @extend_schema_field(serializers.CharField())
    def get_account(self, line: PaymentLine) -> str:
        return masked_account(line)


class BatchOut(serializers.Serializer[PaymentBatch]):
    """A batch as lists show it; what was taken out counts no more."""

    number = serializers.CharField()
    state = serializers.ChoiceField(PaymentBatch.State.choices)
    policy_year = serializers.IntegerField(source="policy_year_id")
    county = PlaceOut()
    agreement = serializers.CharField(source="agreement.number")
    single = serializers.BooleanField()
    count = serializers.IntegerField()
    total = serializers.SerializerMethodField()
    gathered_at = serializers.DateTimeField()
    released_at = serializers.DateTimeField(allow_null=True)

    @extend_schema_field(MoneyField())
    def get_total(self, batch: Any) -> str:
        return f"{batch.total or ZERO:.2f}"


class WholeBatchOut(BatchOut):
    """A batch with its lines."""

    lines = LineOut(many=True)


class BatchesOut(serializers.Serializer[Any]):
    """A piece of the list, and the cursor of the next."""

    results = BatchOut(many=True)
    next = serializers.CharField(allow_null=True)


def batch_answer(actor: User, status: int, pk: Any) -> Response:
    """A batch as it is now; a new one with its address."""
    batch = selectors.batches(actor).prefetch_related("lines__claim").get(pk=pk)
    address = {"Location": reverse("api:batch", args=[batch.number])} if status == CREATED else None
    return Response(WholeBatchOut(batch).data, status=status, headers=address)


class Batches(ApiView):
    """The list of batches; a POST gathers one."""

    act = Act.VIEW_CLAIM

    @operation(
        name="batches",
        tag="batches",
        summary=gettext_lazy("Payment batches of a policy year, newest first"),
        query=BatchesInput,
        answer=BatchesOut,
    )
    def get(self, request: Request) -> Response:
        wanted = read(BatchesInput, request.query_params)
        rows = selectors.batches(caller_of(request), wanted["policy_year"])
        if "state" in wanted:
            rows = rows.filter(state=wanted["state"])
        return piece(rows, wanted, BatchOut)

    @operation(
        name="batch_gather",
        tag="batches",
        summary=gettext_lazy("Gather approved claims of an agreement into a payment batch"),
        rules=["R26"],
        body=GatherInput,
        answer=WholeBatchOut,
        status=CREATED,
        idempotent=True,
        sent={"agreement": "XY-2026-140524"},
    )
    def post(self, request: Request) -> Response:
        actor = caller_of(request)
        sent = read(GatherInput, request.data)

        def act(deed: Deed) -> None:
            agreement = _agreement(actor, sent["agreement"])
            chosen = _claims(actor, agreement, sent["claims"]) if "claims" in sent else None
            with deed.done():
                batches.gather_batch(agreement=agreement, claims=chosen, actor=actor)

        return once(request, act=act, answer=lambda acted_on: batch_answer(actor, CREATED, acted_on))


def _agreement(actor: User, number: str) -> Agreement:
    agreement = Agreement.objects.visible_to(actor).filter(number=number).first()
    if agreement is None:
        raise Refused(_("There is no such agreement in your reach."), field="agreement")
    return agreement


def _claims(actor: User, agreement: Agreement, numbers: list[str]) -> list[int]:
    found = dict(
        Claim.objects.visible_to(actor)
        .filter(agreement=agreement, number__in=numbers)
        .values_list("number", "pk")
    )
    unknown = sorted(set(numbers) - found.keys())
    if unknown:
        raise Refused(
            _("Not claims of this agreement: %(numbers)s."), field="claims", numbers="、".join(unknown[:20])
        )
    return list(found.values())


class OneBatch(ApiView):
    act = Act.VIEW_CLAIM

    @operation(
        name="batch",
        tag="batches",
        summary=gettext_lazy("A payment batch with its lines, accounts masked"),
        rules=["R25"],
        answer=WholeBatchOut,
        row=True,
    )
    def get(self, request: Request, number: str) -> Response:
        actor = caller_of(request)
        batch: PaymentBatch = self.row(selectors.batches(actor), number=number)
        return batch_answer(actor, OK, batch.pk)


def _found_batch(actor: User, act: Act, number: str) -> PaymentBatch:
    return access_row(selectors.batches(actor), actor, act, number=number)


def _found_line(actor: User, act: Act, key: int) -> PaymentLine:
    shown = PaymentLine.objects.filter(batch__in=PaymentBatch.objects.visible_to(actor))
    line = get_object_or_404(shown.select_related("batch__agreement", "claim__agreement"), pk=key)
    require(actor, act, line.batch)
    return line


BATCH = On(
    "batch",
    _found_batch,
    lambda actor, status, row: batch_answer(actor, status, row.pk),
    WholeBatchOut,
    "batches",
)
LINE = On(
    "line",
    _found_line,
    lambda actor, status, row: batch_answer(actor, status, row.batch_id),
    WholeBatchOut,
    "batches",
)
# Adjusters and reviewers both may gather, enter payees and give up; the services see to it.
GATHERS = Act.VIEW_CLAIM

ACTS = (
    Line(
        name="batch_release",
        address="batches/<number:number>/release",
        summary=gettext_lazy("Let a batch go to the bank; never by who gathered it"),
        service=batches.release_batch,
        on=BATCH,
        act=Act.RECORD_PAYMENT,
        rules=("R22", "R28"),
    ),
    Line(
        name="batch_cancel",
        address="batches/<number:number>/cancellation",
        summary=gettext_lazy("Give up a batch that isn't released; its claims are free again"),
        service=batches.cancel_batch,
        on=BATCH,
        act=GATHERS,
    ),
    Line(
        name="line_payee",
        address="payment-lines/<int:line>/payee",
        summary=gettext_lazy("Enter whom a line is paid to"),
        service=batches.set_payee,
        on=LINE,
        act=GATHERS,
        body=PayeeInput,
        takes=lambda valid: {"payee": Payee(**valid)},
        rules=("R25",),
        sent={
            "holder_name": "王五",
            "bank_name": "晋城农商银行",
            "account": "6228480000000000001",
            "relation": "guardian",
            "proof": "监护关系证明",
        },
    ),
    Line(
        name="line_drop",
        address="payment-lines/<int:line>/removal",
        summary=gettext_lazy("Take a claim out of a batch that isn't released"),
        service=batches.drop_line,
        on=LINE,
        act=GATHERS,
    ),
    Line(
        name="line_paid",
        address="payment-lines/<int:line>/paid",
        summary=gettext_lazy("Record that the bank paid a line; its claim is closed"),
        service=payment.record_line_paid,
        on=LINE,
        act=Act.RECORD_PAYMENT,
        body=PaymentInput,
        rules=("R19", "R22", "R26"),
        sent={"paid_on": "2026-03-10", "reference": "20260310-0001"},
    ),
    Line(
        name="line_failed",
        address="payment-lines/<int:line>/failed",
        summary=gettext_lazy("Record that the bank couldn't pay a line; its claim is approved again"),
        service=payment.record_line_failed,
        on=LINE,
        act=Act.RECORD_PAYMENT,
        body=LineReasonInput,
        sent={"reason": "账户已销户"},
    ),
    Line(
        name="line_reversal",
        address="payment-lines/<int:line>/reversal",
        summary=gettext_lazy("Record that money paid came back; the ledger gets a reversing entry"),
        service=payment.reverse_payment,
        on=LINE,
        act=Act.RECORD_PAYMENT,
        body=LineReasonInput,
        rules=("R19",),
        sent={"reason": "户名不符，银行退回"},
    ),
    Line(
        name="line_recovery",
        address="payment-lines/<int:line>/recovery",
        summary=gettext_lazy("Record that a payment whose decision was reversed came back from the payee"),
        service=record_recovery,
        on=LINE,
        act=Act.RECORD_PAYMENT,
        body=RecoveryInput,
        rules=("R11",),
        sent={"reference": "20260410-0007"},
    ),
)
