"""One's own account: password, second factor, sessions; and the page that asks for a fresh proof."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from jincheng_insurance.access.gate import WARNED_DAYS, days_left, must_change, safe_next
from jincheng_insurance.access.guards import actor_of, fresh_proof, signed_in, user_session_of
from jincheng_insurance.access.passwords import change_password as set_password
from jincheng_insurance.access.proofs import check_own_password, give_proof
from jincheng_insurance.access.qr import qr_code
from jincheng_insurance.access.second_factors import (
    begin_second_factor,
    confirm_second_factor,
    confirmed_factor,
    pending_secret,
    remove_second_factor,
    renew_recovery_codes,
    required_of,
    setup_address,
)
from jincheng_insurance.access.sessions import end_sessions_of, follow_key, sessions_of
from jincheng_insurance.access.sign_in_forms import PROOF, CodeForm, PasswordForm, ProofForm
from jincheng_insurance.web.answers import refusals_shown
from jincheng_insurance.web.pages import paginate

SECRET_GROUP = 4


@signed_in
@require_GET
def account(request: HttpRequest) -> HttpResponse:
    """Who one is here, how old the password is, the second factor, and one's sessions."""
    actor = actor_of(request)
    factor, left = confirmed_factor(actor), days_left(actor)
    context = {
        "factor": factor,
        "codes_left": factor.recovery_codes.filter(used_at=None).count() if factor else 0,
        "wanted": required_of(actor),
        "days_left": left,
        "warned": left is not None and left <= WARNED_DAYS,
        "this": user_session_of(request),
        "page": paginate(request, sessions_of(actor)),
    }
    return render(request, "access/account.html", context)


@signed_in
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def change_password(request: HttpRequest) -> HttpResponse:
    actor, session = actor_of(request), user_session_of(request)
    form = PasswordForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        with refusals_shown(request, form):
            old = form.cleaned_data["old"]
            check_own_password(actor=actor, given=old, request=request)
            set_password(actor=actor, old=old, new=form.cleaned_data["new"])
            actor.refresh_from_db()
            update_session_auth_hash(request, actor)
            follow_key(session, str(request.session.session_key))
            messages.success(request, _("Your password is changed."))
            return redirect("access:account")
    context = {
        "form": form,
        "forced": must_change(actor),
        "first": actor.must_change_password,
        "length": settings.PASSWORD_LENGTH,
        "history": settings.PASSWORD_HISTORY,
    }
    return render(request, "access/change_password.html", context, status=422 if form.errors else 200)


@signed_in
@require_POST
def end_session(request: HttpRequest, pk: int) -> HttpResponse:
    """End an open session of one's own."""
    actor = actor_of(request)
    if not sessions_of(actor).filter(pk=pk, ended_at=None).exists():
        raise Http404
    end_sessions_of(user=actor, actor=actor)
    return redirect("access:account")


@signed_in
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def second_factor(request: HttpRequest) -> HttpResponse:
    """Set up a second factor: the secret as a picture and as letters, until a first code of it is right. The recovery
    codes are shown in the very answer, and never again."""
    actor = actor_of(request)
    form = CodeForm(request.POST if request.method == "POST" else None)
    codes: list[str] = []
    if form.is_valid():
        with refusals_shown(request, form):
            codes = confirm_second_factor(actor=actor, code=form.cleaned_data["code"])
            form = CodeForm()
    secret = pending_secret(actor)
    context = {
        "form": form,
        "codes": codes,
        "factor": confirmed_factor(actor),
        "wanted": required_of(actor),
        "qr": qr_code(setup_address(actor, secret)) if secret else None,
        "secret": " ".join(secret[at : at + SECRET_GROUP] for at in range(0, len(secret or ""), SECRET_GROUP))
        if secret
        else "",
    }
    return render(request, "access/second_factor.html", context, status=422 if form.errors else 200)


@signed_in
@require_POST
@fresh_proof
def begin(request: HttpRequest) -> HttpResponse:
    with refusals_shown(request):
        begin_second_factor(actor=actor_of(request))
    return redirect("access:second_factor")


@signed_in
@never_cache
@require_POST
@fresh_proof
def recovery_codes(request: HttpRequest) -> HttpResponse:
    """New recovery codes, shown in the very answer."""
    actor = actor_of(request)
    with refusals_shown(request):
        codes = renew_recovery_codes(actor=actor)
        context = {"codes": codes, "factor": confirmed_factor(actor), "wanted": required_of(actor)}
        return render(request, "access/second_factor.html", context)
    return redirect("access:account")


@signed_in
@require_POST
@fresh_proof
def remove(request: HttpRequest) -> HttpResponse:
    with refusals_shown(request):
        remove_second_factor(actor=actor_of(request))
        messages.success(request, _("The second factor is removed."))
    return redirect("access:account")


@signed_in
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def proof(request: HttpRequest) -> HttpResponseBase:
    """Asks for password or code, then goes back to where the user was."""
    actor = actor_of(request)
    target = safe_next(request.POST.get("next", request.GET.get("next", "")))
    form = ProofForm(request.POST if request.method == "POST" else None, user=actor)
    if form.is_valid():
        with refusals_shown(request, form):
            give_proof(
                actor=actor,
                session=user_session_of(request),
                given=form.cleaned_data[PROOF],
                request=request,
            )
            return redirect(target or reverse("access:account"))
    context = {"form": form, "kept": [("next", target)] if target else [], "back": target}
    return render(request, "access/proof.html", context, status=422 if form.errors else 200)
