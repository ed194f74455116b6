"""The history of rows: every change and removal leaves what was, who did it and in which request, whoever wrote the
statement; sealed numbers and passwords never go there."""

import threading

import psycopg
import pytest
from django.apps import apps
from django.db import connections, models
from django.test import Client
from django.urls import reverse

from claims.models import Claim
from enrollment.models import Agreement, PolicyTerm, RosterPerson
from jincheng_insurance.access.models import Grant
from jincheng_insurance.access.roles import Role
from jincheng_insurance.access.tokens import make_token
from jincheng_insurance.audit.append_only import AppendOnly
from jincheng_insurance.audit.history import RowHistory, acting
from tests.api_calls import call
from tests.histories import CHANGES, TRACKED, change_all, make_rows
from tests.world import World, add_member, list_household, reported_claim

HISTORIES = [model for model in apps.get_models() if issubclass(model, RowHistory)]


def history_of(model: type[models.Model]) -> type[RowHistory]:
    return next(history for history in HISTORIES if history.pgh_tracked_model is model)


def test_money_claims_persons_and_grants_have_one() -> None:
    tracked = {history.pgh_tracked_model for history in HISTORIES}
    assert tracked == set(TRACKED) == {*CHANGES, PolicyTerm}
    ledgers = {model.__name__ for model in apps.get_models() if issubclass(model, AppendOnly)}
    assert {"Payment", "LossEntry", "FundEntry", "Decision", "PremiumStatement", "StatementLine"} <= ledgers


def test_every_changed_row_leaves_what_it_was(world: World) -> None:
    make_rows(world)
    left = history_of(PolicyTerm)._default_manager.get()
    assert (left.name, left.value) == ("posting_days", 3)  # type: ignore[attr-defined]
    before = {model: {row.pk: row for row in model._default_manager.all()} for model in TRACKED}
    for model, key in change_all().items():
        left = history_of(model)._default_manager.filter(pgh_obj_id=key).latest("pgh_id")
        assert left.pgh_label == "changed"
        for name in CHANGES[model]:
            assert getattr(left, name) == getattr(before[model][key], name), (model, name)


def test_no_history_keeps_a_sealed_number_its_index_a_password_or_a_token() -> None:
    kept = [
        (history.__name__, field.name)
        for history in HISTORIES
        for field in history._meta.fields
        if isinstance(field, models.BinaryField) or field.name == "password" or "sealed" in field.name
    ]
    assert not kept


def test_a_new_key_for_a_number_is_no_change_of_the_person(world: World) -> None:
    person = list_household(world.own).persons.first()
    assert person is not None
    RosterPerson.objects.filter(pk=person.pk).update(
        id_number_sealed=b"\1\2" + b"x" * 40, telephone_sealed=b"y"
    )
    RosterPerson.objects.filter(pk=person.pk).update(name=person.name)
    assert not history_of(RosterPerson)._default_manager.filter(pgh_obj_id=person.pk).exists()


def test_a_removed_row_is_kept_there(world: World) -> None:
    person = add_member(list_household(world.own), name="王删除")
    key = person.pk
    person.delete()
    left = history_of(RosterPerson)._default_manager.get(pgh_obj_id=key)
    assert (left.pgh_label, left.name) == ("removed", "王删除")  # type: ignore[attr-defined]


def test_an_addition_writes_no_history(world: World) -> None:
    before = {history: history._default_manager.count() for history in HISTORIES}
    list_household(world.own)
    reported_claim(world.foreign)
    for history in (history_of(RosterPerson), history_of(Claim)):
        assert history._default_manager.count() == before[history]


def test_a_request_is_named_with_its_user(world: World, client: Client) -> None:
    claim = reported_claim(world.own)
    client.force_login(world.own[Role.ADJUSTER])
    answer = client.post(reverse("claims:withdraw", args=[claim.pk]), {"reason": "误报"})
    left = history_of(Claim)._default_manager.filter(pgh_obj_id=claim.pk).latest("pgh_id")
    assert left.state == Claim.State.REPORTED  # type: ignore[attr-defined]
    assert left.pgh_context == {  # type: ignore[attr-defined]
        "request": answer["X-Request-ID"],
        "user": world.own[Role.ADJUSTER].pk,
    }
    Claim.objects.filter(pk=claim.pk).update(account="by no request")
    left = history_of(Claim)._default_manager.filter(pgh_obj_id=claim.pk).latest("pgh_id")
    assert left.pgh_context is None  # type: ignore[attr-defined]


def test_a_call_of_the_api_is_named_with_the_token_s_user(world: World) -> None:
    claim = reported_claim(world.own)
    user = world.own[Role.ADJUSTER]
    secret = make_token(actor=user, name="a system", days=1).secret
    answer = call(secret, "POST", reverse("api:claim_withdraw", args=[claim.number]), {"reason": "误报"})
    assert answer.status_code == 200
    left = history_of(Claim)._default_manager.filter(pgh_obj_id=claim.pk).latest("pgh_id")
    assert left.pgh_context["user"] == user.pk  # type: ignore[attr-defined]
    assert left.pgh_context["request"] == answer["X-Request-ID"]  # type: ignore[attr-defined]


def test_a_failure_in_the_middle_leaves_nobody_s_name_behind(live_world: World) -> None:
    with pytest.raises(ZeroDivisionError), acting(user=1):
        raise ZeroDivisionError
    Agreement.objects.update(signed_on="2026-02-02")
    assert not history_of(Agreement)._default_manager.filter(pgh_context__isnull=False).exists()


def test_another_connection_does_not_act_in_this_one_s_name(live_world: World) -> None:
    def change() -> None:
        Grant.objects.filter(role=Role.ADJUSTER).update(ends_on="2027-01-01")
        connections.close_all()

    with acting(user=1):
        thread = threading.Thread(target=change)
        thread.start()
        thread.join()
    assert history_of(Grant)._default_manager.filter(pgh_context__isnull=True).count() == 2


def test_a_change_past_the_product_leaves_history_too(live_world: World, owner: psycopg.Connection) -> None:
    owner.execute("UPDATE access_grant SET ends_on = '2027-01-01' WHERE role = 'city_finance'")
    owner.commit()
    left = history_of(Grant)._default_manager.get()
    assert (left.role, left.ends_on, left.pgh_context) == ("city_finance", None, None)  # type: ignore[attr-defined]
    assert str(Grant.objects.get(role=Role.CITY_FINANCE).ends_on) == "2027-01-01"
