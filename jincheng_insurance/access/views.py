"""Signing in and out, and the list of people for administrators."""

from typing import Any

from django.contrib.auth import views as auth_views
from django.contrib.auth.forms import AuthenticationForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from jincheng_insurance.access.guards import requires
from jincheng_insurance.access.models import User
from jincheng_insurance.access.roles import Act
from jincheng_insurance.access.services import note_failed_sign_in, note_sign_in, note_sign_out
from jincheng_insurance.web.pages import paginate


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


@requires(Act.MANAGE_PEOPLE)
@require_GET
def people(request: HttpRequest) -> HttpResponse:
    users = User.objects.prefetch_related("grants__region", "grants__insurer").order_by("username")
    return render(request, "access/people.html", {"page": paginate(request, users)})
