"""The page of one's own API tokens: the list, a new one shown once, and the end of one."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from jincheng_insurance.access.guards import actor_of, fresh_proof, requires
from jincheng_insurance.access.roles import Act
from jincheng_insurance.access.token_forms import TokenForm
from jincheng_insurance.access.tokens import make_token, revoke_token, tokens_of
from jincheng_insurance.web.answers import refusals_shown
from jincheng_insurance.web.pages import paginate


@requires(Act.USE_API)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@fresh_proof
def tokens(request: HttpRequest) -> HttpResponse:
    """One's tokens. A new one is shown in the very answer to the form, kept nowhere, and never seen again."""
    actor = actor_of(request)
    form = TokenForm(request.POST or None, user=actor)
    made = None
    if request.method == "POST" and form.is_valid():
        with refusals_shown(request, form):
            made = make_token(actor=actor, **form.facts())
            form = TokenForm(user=actor)
    context = {"form": form, "made": made, "page": paginate(request, tokens_of(actor))}
    return render(request, "access/tokens.html", context, status=422 if form.errors else 200)


@requires(Act.USE_API)
@require_POST
def revoke(request: HttpRequest, pk: int) -> HttpResponse:
    actor = actor_of(request)
    token = tokens_of(actor).filter(pk=pk).first()
    if token is None:
        raise Http404
    revoke_token(token=token, actor=actor)
    messages.success(request, _("The token is revoked: whoever uses it is refused from now on."))
    return redirect("access:tokens")
