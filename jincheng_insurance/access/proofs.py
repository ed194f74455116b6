"""Fresh proof: who pays, exports or looks at numbers has given their password or a code a short while ago."""

import datetime

from django.conf import settings
from django.contrib.auth import authenticate
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from jincheng_insurance.access.locks import forget_failures, opens_at
from jincheng_insurance.access.models import User, UserSession
from jincheng_insurance.access.refusals import Refused
from jincheng_insurance.access.second_factors import check_code, confirmed_factor
from jincheng_insurance.audit.context import client_address
from jincheng_insurance.audit.services import record


def is_fresh(session: UserSession) -> bool:
    minutes = settings.FRESH_PROOF_MINUTES
    return not minutes or timezone.now() - session.proved_at <= datetime.timedelta(minutes=minutes)


def give_proof(*, actor: User, session: UserSession, given: str, request: HttpRequest) -> None:
    """Take a password, or a code from whom has a second factor, as proof that it is still the actor. Refused when it is
    wrong; wrong ones count towards the lock."""
    if confirmed_factor(actor) is None:
        check_own_password(actor=actor, given=given, request=request)
    else:
        try:
            check_code(user=actor, code=given)
        except Refused:
            _note("proof_failed", actor)
            raise
    UserSession.objects.filter(pk=session.pk).update(proved_at=timezone.now())
    _note("give_proof", actor)


def check_own_password(*, actor: User, given: str, request: HttpRequest) -> None:
    """Refused when it isn't the actor's password: on record, and counted towards the lock as at the sign-in."""
    try:
        _check_password(actor, given, request)
    except Refused:
        _note("proof_failed", actor)
        raise


def _check_password(actor: User, given: str, request: HttpRequest) -> None:
    bare = HttpRequest()  # axes would keep what else was posted
    bare.META = request.META
    if authenticate(bare, username=actor.username, password=given) is not None:
        forget_failures(actor, client_address(request))
        return
    if getattr(bare, "axes_locked_out", False):
        until = opens_at(name=actor.username, address=client_address(request))
        raise Refused(
            _("Too many failed attempts. Try again at %(time)s."),
            field="old",
            time=f"{timezone.localtime(until):%H:%M}",
        )
    raise Refused(_("This is not your password."), field="old")


@transaction.atomic(durable=True)
def _note(act: str, actor: User) -> None:
    record(act, actor=actor, on=actor)
