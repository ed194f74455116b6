"""Signing in: name and password, then a code from whom has a second factor; and signing out."""

import time
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth import login
from django.contrib.auth import views as auth_views
from django.contrib.auth.forms import AuthenticationForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from jincheng_insurance.access.gate import safe_next
from jincheng_insurance.access.models import User
from jincheng_insurance.access.refusals import Refused
from jincheng_insurance.access.second_factors import check_code, confirmed_factor
from jincheng_insurance.access.services import note_failed_sign_in, note_sign_in
from jincheng_insurance.access.sessions import End, sign_out
from jincheng_insurance.access.sign_in_forms import SecondStepForm, SignInForm

BACKEND = "django.contrib.auth.backends.ModelBackend"
HALFWAY = "halfway"  # in a stranger's session: whose password was right, and when
HALFWAY_SECONDS = 5 * 60
TOO_MANY = 429
LOST = _("What you had not saved yet must be entered again; long forms offer what was kept as a draft.")
WHY = {
    End.ELSEWHERE: _(
        "You were signed out here, because somebody signed in elsewhere with your name. If it wasn't"
        " you, change your password and tell your security officer."
    ),
    End.ENDED: _("Your session was ended. Please sign in again."),
    End.IDLE: _("You were signed out, because nothing was done for a while."),
    End.EXPIRED: _("You were signed out: a session lasts a working day at most."),
    End.PASSWORD: _("Your password was set anew. Please sign in with the new one."),
    End.DISABLED: _("Your access was ended. Ask your administrator."),
}


class SignIn(auth_views.LoginView):
    template_name = "access/login.html"
    form_class = SignInForm
    redirect_authenticated_user = True

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        why = WHY.get(self.request.GET.get("why", ""))  # type: ignore[call-overload]
        return super().get_context_data(**kwargs) | {"why": why, "lost": LOST if why else ""}

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        user, target = form.get_user(), self.get_redirect_url()
        if not isinstance(user, User):
            raise TypeError("only users of the product sign in")
        if confirmed_factor(user) is None:
            return _let_in(self.request, user, target)
        self.request.session.cycle_key()
        self.request.session[HALFWAY] = {"user": user.pk, "at": int(time.time())}
        query = f"?{urlencode({'next': target})}" if target else ""
        return redirect(reverse("access:second_step") + query)

    def form_invalid(self, form: AuthenticationForm) -> HttpResponse:
        locked = form.has_error("__all__", "locked")
        note_failed_sign_in(username=form.data.get("username", ""), locked=locked)
        return self.render_to_response(self.get_context_data(form=form), status=TOO_MANY if locked else 422)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def second_step(request: HttpRequest) -> HttpResponse:
    """The code, within five minutes of the password."""
    target = safe_next(request.POST.get("next", request.GET.get("next", "")))
    halfway = request.session.get(HALFWAY)
    if not halfway or not 0 <= time.time() - halfway["at"] <= HALFWAY_SECONDS:
        return redirect("access:login")
    user = User.objects.filter(pk=halfway["user"], is_active=True).first()
    if user is None or confirmed_factor(user) is None:
        return redirect("access:login")
    form = SecondStepForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            check_code(user=user, code=form.cleaned_data["code"])
            return _let_in(request, user, target)
        except Refused as refusal:
            note_failed_sign_in(username=user.username)
            form.add_error("code", str(refusal))
    status = 422 if form.errors else 200
    return render(request, "access/second_step.html", {"form": form, "next": target}, status=status)


def _let_in(request: HttpRequest, user: User, target: str) -> HttpResponse:
    request.session.pop(HALFWAY, None)
    login(request, user, backend=BACKEND)
    note_sign_in(actor=user)
    return redirect(target or resolve_url(settings.LOGIN_REDIRECT_URL))


sign_in = require_http_methods(["GET", "HEAD", "POST"])(SignIn.as_view())


class SignOut(auth_views.LogoutView):
    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if isinstance(request.user, User):
            sign_out(actor=request.user)
        response: HttpResponse = super().post(request, *args, **kwargs)
        return response
