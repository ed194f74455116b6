"""Who may open a view: signed in, and granted the act somewhere; for some acts, with a fresh proof that it is still the
same person. Rows are then reached through `access_row`."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render

from jincheng_insurance.access.gate import to_page, way_back
from jincheng_insurance.access.models import User, UserSession
from jincheng_insurance.access.proofs import give_proof, is_fresh
from jincheng_insurance.access.refusals import Refused
from jincheng_insurance.access.roles import Act
from jincheng_insurance.access.scope import require
from jincheng_insurance.access.sign_in_forms import PROOF, ProofForm

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


def signed_in(view: View[P]) -> View[P]:
    """Strangers go to sign in, and from there to the page they came from: never to what only takes a form."""

    @wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return to_page(request, "access:login", next=way_back(request))
        return view(request, *args, **kwargs)

    return guarded


def requires(*acts: Act) -> Callable[[View[P]], View[P]]:
    """Sign-in first, then 403 unless one of `acts` is granted somewhere."""

    def guard(view: View[P]) -> View[P]:
        @wraps(view)
        def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            actor = actor_of(request)
            if not any(actor.can(act) for act in acts):
                require(actor, acts[0])
            return view(request, *args, **kwargs)

        return signed_in(guarded)

    return guard


def fresh_proof(view: View[P]) -> View[P]:
    """A POST is done only within FRESH_PROOF_MINUTES of the last password or code; else the answer asks for it, holds
    what was posted, and sends it again to the same address. Stands inside `requires`, on views that take neither files
    nor personal numbers."""

    @wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        asked = _proof_asked(request)
        return view(request, *args, **kwargs) if asked is None else asked

    return guarded


def _proof_asked(request: HttpRequest) -> HttpResponse | None:
    """The answer that asks for password or code; None where none is wanted, or it came with the request."""
    if request.method != "POST" or is_fresh(user_session_of(request)):
        return None
    if request.headers.get("HX-Request"):
        return to_page(request, "access:proof", next=way_back(request))
    actor = actor_of(request)
    form = ProofForm(request.POST if PROOF in request.POST else None, user=actor)
    if form.is_valid():
        try:
            session = user_session_of(request)
            give_proof(actor=actor, session=session, given=form.cleaned_data[PROOF], request=request)
        except Refused as refusal:
            form.add_error(PROOF, str(refusal))
        else:
            return None
    kept = [
        (name, value)
        for name, values in request.POST.lists()
        for value in values
        if name not in {PROOF, "csrfmiddlewaretoken"}
    ]
    context = {"form": form, "kept": kept, "back": way_back(request)}
    return render(request, "access/proof.html", context, status=422 if form.errors else 403)


def actor_of(request: HttpRequest) -> User:
    """The signed-in user of a guarded view."""
    if not isinstance(request.user, User):
        raise TypeError("this view is for signed-in users")
    return request.user


def user_session_of(request: HttpRequest) -> UserSession:
    """The open session of a signed-in user's request, as the gate left it."""
    session = getattr(request, "user_session", None)
    if not isinstance(session, UserSession):
        raise TypeError("this view is for signed-in users")
    return session
