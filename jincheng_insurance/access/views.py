"""Signing in and out, and the start page."""

from typing import Any

from django.contrib.auth import views as auth_views
from django.contrib.auth.decorators import login_required
from django.contrib.auth.forms import AuthenticationForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET

from jincheng_insurance.access.guards import actor_of
from jincheng_insurance.access.models import User
from jincheng_insurance.access.roles import Act
from jincheng_insurance.access.services import note_failed_sign_in, note_sign_in, note_sign_out

START_PAGES = (
    (Act.HANDLE_CLAIM, "claims:list"),
    (Act.APPROVE_CLAIM, "claims:list"),
    (Act.VIEW_POOL, "riskpool:dashboard"),
    (Act.MANAGE_PEOPLE, "access:people"),
    (Act.CONFIRM_GRANT, "access:waiting"),
    (Act.VIEW_SCHEME, "enrollment:scheme"),
)


class SignIn(auth_views.LoginView):
    template_name = "access/login.html"
    redirect_authenticated_user = True

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        response = super().form_valid(form)
        note_sign_in(actor=form.get_user())
        return response

    def form_invalid(self, form: AuthenticationForm) -> HttpResponse:
        note_failed_sign_in(username=form.data.get("username", ""))
        return super().form_invalid(form)


class SignOut(auth_views.LogoutView):
    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if isinstance(request.user, User):
            note_sign_out(actor=request.user)
        response: HttpResponse = super().post(request, *args, **kwargs)
        return response


@login_required
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """To the page where this person's work begins."""
    actor = actor_of(request)
    for act, page in START_PAGES:
        if actor.can(act):
            return redirect(reverse(page))
    return render(request, "access/no_grant.html", status=403)
