"""Locks against guessing: failed sign-ins are counted by django-axes in the database, per name and address. A name that
fails from ever new addresses, and an address that tries ever new names, are locked too, later.

What was typed as a name is kept as a keyed digest only: passwords get typed into the wrong field."""

import datetime
from typing import Any

from axes.handlers.database import AxesDatabaseHandler
from axes.helpers import get_client_username
from axes.models import AccessAttempt
from django.conf import settings
from django.db import transaction
from django.db.models import Max, Sum
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.crypto import salted_hmac

from jincheng_insurance.access.models import SecondFactor, User
from jincheng_insurance.access.roles import Act
from jincheng_insurance.access.scope import require
from jincheng_insurance.audit.context import client_address
from jincheng_insurance.audit.services import record

# A whole office may share an address, and whoever wants to lock a colleague out needs many addresses.
NAME_PATIENCE, ADDRESS_PATIENCE = 10, 20


def name_mark(name: str) -> str:
    """What is kept of a name that was typed."""
    return salted_hmac("jincheng_insurance.access.locks", name, algorithm="sha256").hexdigest()


def counted_name(request: HttpRequest, credentials: dict[str, Any] | None = None) -> str:
    """For axes: the name of a sign-in, as it is kept."""
    name = credentials.get("username") if credentials else request.POST.get("username")
    return name_mark(str(name or ""))


def counted_address(request: HttpRequest) -> str | None:
    """For axes: where a sign-in comes from, as the record of acts says it too."""
    return client_address(request)


def as_answered(request: HttpRequest, answer: HttpResponse, credentials: Any = None) -> HttpResponse:
    """For axes: the page has said already what is locked until when."""
    return answer


def lock_time() -> datetime.timedelta:
    return datetime.timedelta(minutes=settings.LOCK_MINUTES)


class LockHandler(AxesDatabaseHandler):  # type: ignore[misc]
    """Counts as axes does; the failures of a name from everywhere and of an address for all names weigh less."""

    def get_failures(self, request: HttpRequest, credentials: dict[str, Any] | None = None) -> int:
        together = super().get_failures(request, credentials)
        lately = AccessAttempt.objects.filter(attempt_time__gte=timezone.now() - lock_time())
        name = get_client_username(request, credentials)
        of_name = lately.filter(username=name).aggregate(n=Sum("failures_since_start"))["n"] or 0
        of_address = (
            lately.filter(ip_address=client_address(request)).aggregate(n=Sum("failures_since_start"))["n"]
            or 0
        )
        return max(int(together), of_name // NAME_PATIENCE, of_address // ADDRESS_PATIENCE)


def opens_at(*, name: str, address: str | None) -> datetime.datetime:
    """When a lock of this name or address opens by itself, at the latest."""
    lately = AccessAttempt.objects.filter(attempt_time__gte=timezone.now() - lock_time())
    last = (lately.filter(username=name_mark(name)) | lately.filter(ip_address=address)).aggregate(
        at=Max("attempt_time")
    )["at"]
    return (last or timezone.now()) + lock_time()


def locked_until(user: User) -> datetime.datetime | None:
    """Until when signing in with the user's name is locked, from one address or from everywhere; None if it isn't."""
    lately = AccessAttempt.objects.filter(
        username=name_mark(user.username), attempt_time__gte=timezone.now() - lock_time()
    )
    places = lately.values("ip_address").annotate(n=Sum("failures_since_start"), at=Max("attempt_time"))
    locked = [place["at"] for place in places if place["n"] >= settings.LOCK_FAILURES]
    if sum(place["n"] for place in places) >= settings.LOCK_FAILURES * NAME_PATIENCE:
        locked += [place["at"] for place in places]
    return max(locked) + lock_time() if locked else None


def forget_failures(user: User, address: str | None) -> None:
    """After a proof that was right: what failed before from this address counts no more."""
    AccessAttempt.objects.filter(username=name_mark(user.username), ip_address=address).delete()


@transaction.atomic(durable=True)
def unlock(*, user: User, actor: User) -> None:
    """Open a user's locked sign-in, and their second factor, before the time."""
    require(actor, Act.SECURE_ACCOUNTS)
    AccessAttempt.objects.filter(username=name_mark(user.username)).delete()
    SecondFactor.objects.filter(user=user).update(failures=0, failed_at=None)
    record("unlock_sign_in", actor=actor, on=user)
