"""Pages of payment batches: gather, payees, release, the bank's workbook, and what came of each line."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from claims import selectors
from claims.forms.payment import FailureForm, PayeeForm, PaymentForm, RecoveryForm, TakeBackForm
from claims.models import PaymentBatch, PaymentLine
from claims.payee import insured_names, masked_account
from claims.services import batches as gathering
from claims.services import payment as paying
from claims.services.outcome import record_recovery
from enrollment.models import Agreement
from enrollment.selectors import policy_year_of
from jincheng_insurance.access.guards import actor_of, fresh_proof, requires
from jincheng_insurance.access.models import User
from jincheng_insurance.access.roles import Act
from jincheng_insurance.access.scope import access_row, require
from jincheng_insurance.web.answers import refusals_shown
from jincheng_insurance.web.pages import paginate_wide
from jincheng_insurance.web.workplace import workplace_of

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def _batch(actor: User, pk: int, *acts: Act) -> PaymentBatch:
    """The batch, if the actor may see it and do one of `acts` on it."""
    row = access_row(selectors.batches(actor), actor, pk=pk)
    if acts and not any(actor.can(act, on=row) for act in acts):
        require(actor, acts[0], row)
    return row


def _line(actor: User, pk: int, *acts: Act) -> PaymentLine:
    row = selectors.line_in_scope(actor, pk)
    if acts and not any(actor.can(act, on=row.batch) for act in acts):
        require(actor, acts[0], row.batch)
    return row


@requires(Act.VIEW_CLAIM)
@require_GET
def batches(request: HttpRequest) -> HttpResponse:
    actor = actor_of(request)
    year = policy_year_of(workplace_of(request).year)
    payable = [
        (
            row,
            actor.can(Act.HANDLE_CLAIM, on=row.agreement) or actor.can(Act.RECORD_PAYMENT, on=row.agreement),
        )
        for row in selectors.payable(actor, year)
    ]
    context = {
        "year": year,
        "payable": payable,
        "page": paginate_wide(request, selectors.batches(actor, year).order_by("-id")),
    }
    return render(request, "claims/batches.html", context)


@requires(Act.VIEW_CLAIM)
@require_POST
def gather(request: HttpRequest, agreement_pk: int) -> HttpResponse:
    actor = actor_of(request)
    agreement = access_row(Agreement.objects.all(), actor, pk=agreement_pk)
    if not actor.can(Act.HANDLE_CLAIM, on=agreement):
        require(actor, Act.RECORD_PAYMENT, agreement)
    with refusals_shown(request):
        batch = gathering.gather_batch(agreement=agreement, actor=actor)
        return redirect("claims:batch", pk=batch.pk)
    return redirect("claims:batches")


@requires(Act.VIEW_CLAIM)
@require_GET
def batch(request: HttpRequest, pk: int) -> HttpResponse:
    actor = actor_of(request)
    row = _batch(actor, pk)
    lines = row.lines.select_related("claim", "recorded_by").order_by("id")
    subjects = selectors.subjects(actor, row)
    draft, released = row.state == row.State.DRAFT, row.state == row.State.RELEASED
    pays = actor.can(Act.RECORD_PAYMENT, on=row)
    context = {
        "batch": row,
        "lines": [(line, masked_account(line), subjects.get(line.claim_id, "")) for line in lines],
        "may_edit": draft and (pays or actor.can(Act.HANDLE_CLAIM, on=row)),
        "may_release": draft and pays and row.gathered_by_id != actor.pk,
        "own": draft and pays and row.gathered_by_id == actor.pk,
        "may_export": released and pays,
        "may_record": pays and not draft,
        "pending": sum(line.state == line.State.PENDING for line in lines),
        "nameless": sum(not line.has_payee for line in lines if line.state == line.State.PENDING),
    }
    return render(request, "claims/batch.html", context)


def _batch_step(request: HttpRequest, pk: int, *acts: Act, service: Any, done: str) -> HttpResponse:
    actor = actor_of(request)
    row = _batch(actor, pk, *acts)
    with refusals_shown(request):
        service(batch=row, actor=actor)
        messages.success(request, done)
    return redirect("claims:batch", pk=pk)


@requires(Act.VIEW_CLAIM)
@require_POST
@fresh_proof
def release(request: HttpRequest, pk: int) -> HttpResponse:
    done = _("The batch is released. Fetch the bank's workbook now.")
    return _batch_step(request, pk, Act.RECORD_PAYMENT, service=gathering.release_batch, done=done)


@requires(Act.VIEW_CLAIM)
@require_POST
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    done = _("The batch is given up; its claims may be gathered anew.")
    acts = (Act.RECORD_PAYMENT, Act.HANDLE_CLAIM)
    return _batch_step(request, pk, *acts, service=gathering.cancel_batch, done=done)


@requires(Act.VIEW_CLAIM)
@require_POST
@fresh_proof
def export(request: HttpRequest, pk: int) -> HttpResponse:
    """The bank's workbook: full account numbers, so by POST and on record (R25)."""
    actor = actor_of(request)
    row = _batch(actor, pk, Act.RECORD_PAYMENT)
    with refusals_shown(request):
        workbook = gathering.export_batch(batch=row, actor=actor)
        response = HttpResponse(workbook, content_type=XLSX)
        response["Content-Disposition"] = f'attachment; filename="{row.number}.xlsx"'
        response["Cache-Control"] = "no-store"
        return response
    return redirect("claims:batch", pk=pk)


@requires(Act.VIEW_CLAIM)
@require_http_methods(["GET", "HEAD", "POST"])
def payee(request: HttpRequest, pk: int) -> HttpResponse:
    actor = actor_of(request)
    row = _line(actor, pk, Act.RECORD_PAYMENT, Act.HANDLE_CLAIM)
    names = ("holder_name", "bank_name", "relation", "proof")
    form = PayeeForm(request.POST or None, initial={name: getattr(row, name) for name in names})
    if request.method == "POST" and form.is_valid():
        with refusals_shown(request, form):
            gathering.set_payee(line=row, payee=form.payee(), actor=actor)
            return redirect("claims:batch", pk=row.batch_id)
    insured = "、".join(insured_names(row.claim))
    context = {"line": row, "form": form, "account": masked_account(row), "insured": insured}
    return render(request, "claims/payee.html", context, status=422 if form.errors else 200)


@requires(Act.VIEW_CLAIM)
@require_POST
def drop(request: HttpRequest, pk: int) -> HttpResponse:
    actor = actor_of(request)
    row = _line(actor, pk, Act.RECORD_PAYMENT, Act.HANDLE_CLAIM)
    with refusals_shown(request):
        gathering.drop_line(line=row, actor=actor)
    return redirect("claims:batch", pk=row.batch_id)


@requires(Act.VIEW_CLAIM)
@require_GET
def line(request: HttpRequest, pk: int) -> HttpResponse:
    """One line, and the forms for what came of it."""
    return _line_page(request, _line(actor_of(request), pk))


def _line_page(request: HttpRequest, row: PaymentLine, **changed: forms.Form) -> HttpResponse:
    pays = actor_of(request).can(Act.RECORD_PAYMENT, on=row.batch)
    pending = row.state == row.State.PENDING and row.batch.state == PaymentBatch.State.RELEASED
    context = {
        "line": row,
        "account": masked_account(row),
        "payments": row.payments.select_related("recorded_by").order_by("id"),
        "may_record": pays and pending,
        "may_take_back": pays and row.state == row.State.PAID,
        "may_recover": pays and row.state == row.State.RECOVER,
        "paid_form": PaymentForm(),
        "failed_form": FailureForm(),
        "back_form": TakeBackForm(),
        "recovered_form": RecoveryForm(),
        **changed,
        "bound": list(changed.values()),
    }
    return render(request, "claims/line.html", context, status=422 if changed else 200)


def _line_step(
    request: HttpRequest, pk: int, form: forms.Form, *, name: str, service: Any, done: str
) -> HttpResponse:
    actor = actor_of(request)
    row = _line(actor, pk, Act.RECORD_PAYMENT)
    if form.is_valid():
        with refusals_shown(request, form):
            service(line=row, actor=actor, **form.cleaned_data)
            messages.success(request, done)
            return redirect("claims:batch", pk=row.batch_id)
    return _line_page(request, row, **{name: form})


@requires(Act.VIEW_CLAIM)
@require_POST
@fresh_proof
def paid(request: HttpRequest, pk: int) -> HttpResponse:
    done = _("The payment is recorded and the claim closed.")
    form = PaymentForm(request.POST)
    return _line_step(request, pk, form, name="paid_form", service=paying.record_line_paid, done=done)


@requires(Act.VIEW_CLAIM)
@require_POST
def failed(request: HttpRequest, pk: int) -> HttpResponse:
    done = _("The failure is recorded; the claim may go into another batch.")
    form = FailureForm(request.POST)
    return _line_step(request, pk, form, name="failed_form", service=paying.record_line_failed, done=done)


@requires(Act.VIEW_CLAIM)
@require_POST
@fresh_proof
def back(request: HttpRequest, pk: int) -> HttpResponse:
    done = _("The payment is taken back in the ledger; the claim may go into another batch.")
    form = TakeBackForm(request.POST)
    return _line_step(request, pk, form, name="back_form", service=paying.reverse_payment, done=done)


@requires(Act.VIEW_CLAIM)
@require_POST
@fresh_proof
def recovered(request: HttpRequest, pk: int) -> HttpResponse:
    done = _("The payment given back is recorded.")
    form = RecoveryForm(request.POST)
    return _line_step(request, pk, form, name="recovered_form", service=record_recovery, done=done)
