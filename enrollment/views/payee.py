"""Pages of payee accounts: those that wait, and one with the account before it, to confirm or refuse."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from enrollment.forms import RefuseAccountForm
from enrollment.models import PayeeAccount
from enrollment.selectors import masked_account, masked_identity, payee_accounts
from enrollment.services import payee
from jincheng_insurance.access.guards import actor_of, requires
from jincheng_insurance.access.models import User
from jincheng_insurance.access.roles import Act
from jincheng_insurance.access.scope import access_row
from jincheng_insurance.web.answers import refusals_shown
from jincheng_insurance.web.pages import paginate

READERS = (Act.CONFIRM_ACCOUNT, Act.ENROL, Act.VIEW_AUDIT)


@requires(*READERS)
@require_GET
def accounts(request: HttpRequest) -> HttpResponse:
    """The proposed accounts that wait, each beside the one it would replace."""
    waiting = payee_accounts(actor_of(request)).filter(state=PayeeAccount.State.PROPOSED).order_by("id")
    page = paginate(request, waiting)
    before = _confirmed([account.person_id for account in page])
    rows = [(account, before.get(account.person_id, ""), masked_account(account)) for account in page]
    return render(request, "enrollment/accounts.html", {"rows": rows, "page": page})


def _confirmed(persons: list[int]) -> dict[int, str]:
    standing = PayeeAccount.objects.filter(person__in=persons, state=PayeeAccount.State.CONFIRMED)
    return {account.person_id: masked_account(account) for account in standing}


@requires(*READERS)
@require_GET
def account(request: HttpRequest, pk: int) -> HttpResponse:
    """One account: whose, in which bank, and what stood before it."""
    actor = actor_of(request)
    return _page(request, access_row(payee_accounts(actor), actor, pk=pk), actor, RefuseAccountForm())


@requires(Act.CONFIRM_ACCOUNT)
@require_POST
def confirm(request: HttpRequest, pk: int) -> HttpResponse:
    actor = actor_of(request)
    row = access_row(payee_accounts(actor), actor, Act.CONFIRM_ACCOUNT, pk=pk)
    with refusals_shown(request):
        payee.confirm_account(account=row, actor=actor)
        messages.success(request, _("The account of %(name)s is confirmed.") % {"name": row.person.name})
        return redirect("enrollment:accounts")
    return redirect("enrollment:account", pk=pk)


@requires(Act.CONFIRM_ACCOUNT)
@require_POST
def refuse(request: HttpRequest, pk: int) -> HttpResponse:
    actor = actor_of(request)
    row = access_row(payee_accounts(actor), actor, Act.CONFIRM_ACCOUNT, pk=pk)
    form = RefuseAccountForm(request.POST)
    if form.is_valid():
        with refusals_shown(request, form):
            payee.refuse_account(account=row, reason=form.cleaned_data["reason"], actor=actor)
            messages.success(request, _("The account of %(name)s is refused.") % {"name": row.person.name})
            return redirect("enrollment:accounts")
    return _page(request, row, actor, form)


def _page(request: HttpRequest, row: PayeeAccount, actor: User, form: RefuseAccountForm) -> HttpResponse:
    standing = PayeeAccount.objects.filter(person=row.person_id, state=PayeeAccount.State.CONFIRMED)
    before = standing.exclude(pk=row.pk).first()
    waits = row.state == PayeeAccount.State.PROPOSED
    may_decide = waits and actor.can(Act.CONFIRM_ACCOUNT, on=row)
    shared = PayeeAccount.objects.filter(
        account_index=row.account_index, state__in=(PayeeAccount.State.PROPOSED, PayeeAccount.State.CONFIRMED)
    ).exclude(person=row.person_id)
    context = {
        "account": row,
        "identity": masked_identity(row.person),
        "number": masked_account(row),
        "before": before,
        "number_before": masked_account(before) if before is not None else "",
        "shared": shared.values("person").distinct().count(),
        "may_decide": may_decide and row.proposed_by_id != actor.pk,
        "own_proposal": may_decide and row.proposed_by_id == actor.pk,
        "may_reveal": actor.can(Act.REVEAL_NUMBER, on=row),
        "form": form,
    }
    return render(request, "enrollment/account.html", context, status=422 if form.errors else 200)
