"""The second factor: codes of an app on the telephone (TOTP, RFC 6238), and recovery codes for when it is lost. A code
is taken once; after LOCK_FAILURES wrong ones none is taken for LOCK_MINUTES. Why not by allauth: docs/adr/0014."""

import base64
import datetime
import hmac
import secrets
import unicodedata

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from jincheng_insurance.access.grants import check_reason
from jincheng_insurance.access.locks import lock_time
from jincheng_insurance.access.models import RecoveryCode, SecondFactor, User
from jincheng_insurance.access.refusals import Refused
from jincheng_insurance.access.roles import Act, Role
from jincheng_insurance.access.scope import require
from jincheng_insurance.access.sealed_columns import SealedColumn
from jincheng_insurance.access.sealing import digest_of, seal, unseal
from jincheng_insurance.access.sessions import end_sessions
from jincheng_insurance.audit.services import record

SECRET = SealedColumn(
    "access.SecondFactor", "secret_sealed", "access_secondfactor", "secret_sealed", row="user_id"
)
SECRET_BYTES = 20
STEP_SECONDS, DIGITS, TOLERANCE = 30, 6, 1  # what the apps expect, and a clock that is half a minute off
CODES, CODE_BYTES, CODE_GROUP = 10, 10, 4
EXPORTERS = "exporters"
NAMES = frozenset({*Role.values, EXPORTERS})


def required_of(user: User) -> bool:
    """Whether this user may work only with a second factor."""
    wanted = settings.SECOND_FACTOR_ROLES
    return not wanted.isdisjoint(user.roles) or (EXPORTERS in wanted and user.can(Act.EXPORT_FULL))


def confirmed_factor(user: User) -> SecondFactor | None:
    return SecondFactor.objects.filter(user=user, confirmed_at__isnull=False).first()


def pending_secret(user: User) -> str | None:
    """The secret of a factor that is being set up; None before and afterwards: it is never shown again."""
    factor = SecondFactor.objects.filter(user=user, confirmed_at=None).first()
    return _secret(factor) if factor is not None else None


def setup_address(user: User, secret: str) -> str:
    """What the QR code holds: `otpauth://totp/...`, as the apps read it."""
    return _totp(secret).get_provisioning_uri(user.username, str(_("Jincheng Poverty-Prevention Insurance")))


@transaction.atomic(durable=True)
def begin_second_factor(*, actor: User) -> None:
    """Make a secret for the actor's app, in place of one that was never confirmed."""
    User.objects.select_for_update().get(pk=actor.pk)
    if confirmed_factor(actor) is not None:
        raise Refused(_("You have a second factor already."))
    secret = base64.b32encode(secrets.token_bytes(SECRET_BYTES)).decode()
    sealed = seal(secret, SECRET.place(actor.pk))
    SecondFactor.objects.update_or_create(
        user=actor,
        defaults={"secret_sealed": sealed, "made_at": timezone.now(), "failures": 0, "failed_at": None},
    )
    record("begin_second_factor", actor=actor, on=actor)


def confirm_second_factor(*, actor: User, code: str) -> list[str]:
    """Turn the factor on with a first code of the app; the recovery codes, to be shown once."""
    made = _confirm(actor, code)
    if made is None:
        raise _wrong()
    return made


@transaction.atomic(durable=True)
def _confirm(actor: User, code: str) -> list[str] | None:
    factor = SecondFactor.objects.select_for_update().filter(user=actor, confirmed_at=None).first()
    if factor is None:
        raise Refused(_("Nothing is being set up. Begin anew."))
    _refuse_if_locked(factor)
    if not _take(factor, _typed(code)):
        _count_failure(factor)
        return None
    factor.confirmed_at = timezone.now()
    factor.save()
    record("confirm_second_factor", actor=actor, on=actor)
    return _new_codes(factor)


def check_code(*, user: User, code: str) -> None:
    """Take a code of the user's app, or a recovery code. Refused when it is wrong or was taken before, or when too many
    were wrong."""
    if not _check(user, _typed(code)):
        raise _wrong()


@transaction.atomic(durable=True)
def _check(user: User, code: str) -> bool:
    factor = SecondFactor.objects.select_for_update().get(user=user, confirmed_at__isnull=False)
    _refuse_if_locked(factor)
    if _take(factor, code):
        return True
    if factor.recovery_codes.filter(digest=digest_of(code), used_at=None).update(used_at=timezone.now()):
        left = factor.recovery_codes.filter(used_at=None).count()
        record("use_recovery_code", actor=user, on=user, facts={"left": left})
        factor.failures, factor.failed_at = 0, None
        factor.save()
        return True
    _count_failure(factor)
    return False


@transaction.atomic(durable=True)
def renew_recovery_codes(*, actor: User) -> list[str]:
    """Ten new recovery codes, to be shown once; those so far are void."""
    factor = SecondFactor.objects.select_for_update().filter(user=actor, confirmed_at__isnull=False).first()
    if factor is None:
        raise Refused(_("You have no second factor."))
    record("renew_recovery_codes", actor=actor, on=actor)
    return _new_codes(factor)


@transaction.atomic(durable=True)
def remove_second_factor(*, actor: User) -> None:
    """Take one's own factor away. Refused to whom the setting wants one of: somebody else resets it then."""
    if required_of(actor):
        raise Refused(_("Your post wants a second factor. If the telephone is lost, have it reset."))
    if SecondFactor.objects.filter(user=actor).delete()[0]:
        record("remove_second_factor", actor=actor, on=actor)


@transaction.atomic(durable=True)
def reset_second_factor(*, person: User, reason: str, actor: User) -> None:
    """Take the factor away from somebody who lost telephone and codes. Their sessions end; where one is wanted of them,
    they set up another when they sign in. Nobody resets their own."""
    require(actor, Act.SECURE_ACCOUNTS)
    check_reason(reason)
    if person.pk == actor.pk:
        raise Refused(_("Somebody else must reset your second factor."))
    SecondFactor.objects.filter(user=person).delete()
    end_sessions(person, actor=actor)
    record("reset_second_factor", actor=actor, on=person, reason=reason)


def code_at(secret: str, step: int) -> str:
    """The code of one step of time."""
    return _totp(secret).generate(step * STEP_SECONDS).decode()


def _totp(secret: str) -> TOTP:
    # The apps count with SHA-1, whatever else they are told.
    return TOTP(base64.b32decode(secret), DIGITS, SHA1(), STEP_SECONDS)  # nosec B303


def step_now() -> int:
    return int(timezone.now().timestamp()) // STEP_SECONDS


def _take(factor: SecondFactor, code: str) -> bool:
    """Whether a code is of a step later than the last one taken; it is taken then, for the caller to save."""
    now, secret = step_now(), _secret(factor)
    for step in range(max(now - TOLERANCE, factor.last_step + 1), now + TOLERANCE + 1):
        if hmac.compare_digest(code_at(secret, step).encode(), code.encode()):
            factor.last_step, factor.failures, factor.failed_at = step, 0, None
            factor.save()
            return True
    return False


def _secret(factor: SecondFactor) -> str:
    return unseal(bytes(factor.secret_sealed), SECRET.place(factor.user_id))


def _count_failure(factor: SecondFactor) -> None:
    now = timezone.now()
    fresh = factor.failed_at is None or now - factor.failed_at > lock_time()
    factor.failures, factor.failed_at = (1 if fresh else factor.failures + 1), now
    factor.save()


def locked_code_until(factor: SecondFactor) -> datetime.datetime | None:
    """Until when no code is taken, because too many were wrong."""
    if factor.failed_at is None or factor.failures < settings.LOCK_FAILURES:
        return None
    until = factor.failed_at + lock_time()
    return until if until > timezone.now() else None


def _refuse_if_locked(factor: SecondFactor) -> None:
    if until := locked_code_until(factor):
        raise Refused(
            _("Too many wrong codes. The next one is taken at %(time)s."),
            field="code",
            time=f"{timezone.localtime(until):%H:%M}",
        )


def _wrong() -> Refused:
    return Refused(
        _("This code is wrong or was used before. Wait for the next one, and compare the telephone's clock."),
        field="code",
    )


def _typed(code: str) -> str:
    """A code as it was meant: half-width, without spaces and dashes, in capitals."""
    return "".join(sign for sign in unicodedata.normalize("NFKC", code).upper() if sign.isalnum())


def _new_codes(factor: SecondFactor) -> list[str]:
    factor.recovery_codes.all().delete()
    codes = [base64.b32encode(secrets.token_bytes(CODE_BYTES)).decode() for _place in range(CODES)]
    RecoveryCode.objects.bulk_create(RecoveryCode(factor=factor, digest=digest_of(code)) for code in codes)
    return ["-".join(code[at : at + CODE_GROUP] for at in range(0, len(code), CODE_GROUP)) for code in codes]
