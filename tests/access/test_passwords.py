"""Passwords: what they must be, how they are changed, and the temporary ones that must be."""

from itertools import pairwise
from typing import Any

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import translation

from jincheng_insurance.access.models import FormerPassword, User
from jincheng_insurance.access.passwords import change_password, temporary_password
from jincheng_insurance.access.refusals import Refused
from jincheng_insurance.audit.models import AuditRecord
from tests.world import PASSWORD, make_user

NEW = "Qinhe-River-2027"


@pytest.fixture
def user(db: None, settings: Any) -> User:
    """Somebody whose passwords are hashed fast, so that many can be tried."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    user = make_user("zhaoyun")
    user.set_password(PASSWORD)
    user.save()
    return user


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("Aa1-xyz", "password_too_short"),
        ("qpwzmxnrtyue", "password_of_few_kinds"),
        ("QPWZmxnrtyue", "password_of_few_kinds"),
        ("Password123", "password_too_common"),
        ("Zhaoyun-12", "password_too_similar"),
        (PASSWORD, "password_used_before"),
    ],
)
def test_a_weak_password_is_refused_by_name(user: User, password: str, code: str) -> None:
    with pytest.raises(ValidationError) as refusal:
        validate_password(password, user)
    assert code in {error.code for error in refusal.value.error_list}


@pytest.mark.parametrize("password", ["qpwz-mxnr-77", "QPWZmxnr77", "晋城丹河清清流过AA1b"])
def test_three_kinds_of_characters_are_enough(user: User, password: str) -> None:
    validate_password(password, user)


def test_a_changed_password_holds_from_then_on_and_is_on_record(user: User) -> None:
    change_password(actor=user, old=PASSWORD, new=NEW)
    user.refresh_from_db()
    assert user.check_password(NEW)
    assert not user.must_change_password
    assert AuditRecord.objects.get(act="change_password").facts == {}


def test_changing_it_wants_the_password_so_far(user: User) -> None:
    with pytest.raises(Refused) as refusal:
        change_password(actor=user, old="another", new=NEW)
    assert refusal.value.field == "old"


def test_the_last_five_are_refused_and_the_one_before_is_free_again(user: User) -> None:
    passwords = [PASSWORD, *(f"Qinhe-River-{year}" for year in range(2031, 2036))]
    for old, new in pairwise(passwords):
        change_password(actor=user, old=old, new=new)
    for former in passwords[1:]:
        with pytest.raises(Refused):
            change_password(actor=user, old=passwords[-1], new=former)
    change_password(actor=user, old=passwords[-1], new=PASSWORD)
    assert FormerPassword.objects.filter(user=user).count() == 5


def test_a_temporary_password_is_a_good_one_and_must_be_changed(user: User) -> None:
    with transaction.atomic():
        password = temporary_password(user)
    user.refresh_from_db()
    assert user.check_password(password)
    assert user.must_change_password
    validate_password(password)
    change_password(actor=user, old=password, new=NEW)
    user.refresh_from_db()
    assert not user.must_change_password


def test_a_short_password_is_refused_in_chinese(user: User) -> None:
    with pytest.raises(ValidationError) as caught, translation.override("zh-hans"):
        validate_password("Ab1!", user)
    assert "密码太短，至少需要 10 位。" in caught.value.messages
