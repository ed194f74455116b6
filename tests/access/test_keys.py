"""What is said of keys that don't fit, which columns are registered, and what the runtime role is granted."""

import base64
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, connection, connections

from enrollment.models import RosterPerson
from jincheng_insurance.access import checks, key_marks, key_rotation, sealed_columns
from jincheng_insurance.access.checks import check_keys
from jincheng_insurance.access.key_marks import (
    KeyMark,
    confirm_keys,
    key_problems,
    mark_index,
    mark_keys,
    retire_keys_but,
)
from jincheng_insurance.access.key_rotation import Rotation, owner_alias
from jincheng_insurance.access.refusals import Refused
from jincheng_insurance.access.rights import grant_runtime_rights
from jincheng_insurance.access.sealed_columns import (
    INDEXED,
    REINDEXING,
    SEALED,
    IndexedColumn,
    SealedColumn,
    key_id,
    keys_in_use,
    register_indexed,
    register_sealed,
)
from jincheng_insurance.access.sealed_files import store_sealed
from jincheng_insurance.access.sealing import KeyRing, Place, SealError, indexed, key_id_of, key_ring
from tests.world import World, list_household

SECOND, OTHER = (base64.b64encode(b"test-" + letter * 27).decode() for letter in (b"t", b"u"))
PLACE = Place("enrollment_rosterperson", "id_number", 7)
Keys = Callable[..., None]


@pytest.fixture
def keys(settings: Any, tmp_path: Path) -> Iterator[Keys]:
    """Sets other keys than the suite's own for a test."""
    settings.UPLOAD_DIR = str(tmp_path)
    first = settings.SEAL_KEYS.partition(",")[0]

    def set_keys(*more: str, without_first: bool = False, **changed: str) -> None:
        settings.SEAL_KEYS = ",".join((*(() if without_first else (first,)), *more))
        for name, value in changed.items():
            setattr(settings, name, value)
        key_ring.cache_clear()

    key_ring.cache_clear()
    yield set_keys
    key_ring.cache_clear()


@pytest.mark.django_db
class TestWhatIsSaid:
    def test_of_a_lost_key_how_much_it_sealed_and_what_to_do(self, world: World, keys: Keys) -> None:
        list_household(world.own, persons=2)
        store_sealed(b"one")
        mark_keys()
        keys(f"2:{SECOND}", without_first=True)
        assert key_problems() == [
            "SEAL_KEYS lacks key 1: 2 values and 1 files are sealed with it and can't be opened. Put the key back;"
            " `manage.py rotate_keys` says when it may go (docs/deploy.md)."
        ]

    @pytest.mark.parametrize("marked", [False, True])
    def test_of_two_lost_keys_each_with_its_own_part(self, world: World, keys: Keys, marked: bool) -> None:
        list_household(world.own, persons=2)
        KeyMark.objects.all().delete()
        if marked:
            mark_keys()
        keys(f"2:{SECOND}")
        store_sealed(b"one")
        if marked:
            mark_keys()
        keys(f"3:{OTHER}", without_first=True)
        assert [problem.partition(" are ")[0] for problem in key_problems()] == [
            "SEAL_KEYS lacks key 1: 2 values and 0 files",
            "SEAL_KEYS lacks key 2: 0 values and 1 files",
        ]

    def test_of_another_key_under_the_same_number(self, world: World, keys: Keys) -> None:
        keys(f"2:{SECOND}")
        mark_keys()
        keys()
        mark_keys()
        keys(f"1:{OTHER}", f"2:{OTHER}", without_first=True)
        assert key_problems() == [
            f"Key {number} of SEAL_KEYS is another one than the key {number} that this database was sealed with."
            " Put the former one back, and give the new key the next number (docs/deploy.md)."
            for number in (1, 2)
        ]

    def test_of_the_index_key(self, world: World, keys: Keys) -> None:
        mark_keys()
        keys(INDEX_KEY="test-" + "j" * 40)
        assert key_problems() == [
            "INDEX_KEY is not the key that this database was indexed with: nobody would be found by number, and"
            " people could be listed twice. Set the former key again, or change it by"
            " `manage.py rotate_keys --index` (docs/deploy.md)."
        ]
        mark_index(changing=True)
        assert key_problems() == [
            "INDEX_KEY is being changed. Run `manage.py rotate_keys --index` to its end; then start again."
        ]
        mark_index(changing=False)
        assert key_problems() == []
        assert KeyMark.objects.filter(name="index").count() == 1

    def test_everything_at_once_and_a_process_that_starts_repeats_it(self, world: World, keys: Keys) -> None:
        list_household(world.own, persons=1)
        mark_keys()
        keys(f"2:{SECOND}", without_first=True, INDEX_KEY="test-" + "j" * 40)
        problems = key_problems()
        assert [problem.split()[0] for problem in problems] == ["INDEX_KEY", "SEAL_KEYS"]
        with pytest.raises(ImproperlyConfigured) as refused:
            confirm_keys()
        assert str(refused.value) == "\n".join(problems)
        assert [(error.msg, error.id) for error in check_keys(None, databases=["default"])] == [
            (problem, "access.E001") for problem in problems
        ]


@pytest.mark.django_db
class TestMarks:
    def test_keys_are_marked_when_a_process_starts(self, world: World, keys: Keys) -> None:
        confirm_keys()
        marks = {mark.name: bytes(mark.mark) for mark in KeyMark.objects.all()}
        assert set(marks) == {"seal-1", "index"}
        confirm_keys()
        assert {mark.name: bytes(mark.mark) for mark in KeyMark.objects.all()} == marks
        assert str(KeyMark(name="seal-1")) == "seal-1"
        keys(f"2:{SECOND}")
        confirm_keys()
        assert set(KeyMark.objects.values_list("name", flat=True)) == {"seal-1", "seal-2", "index"}

    def test_former_keys_are_retired_and_no_longer_asked_for(self, world: World, keys: Keys) -> None:
        for number in (2, 11):
            mark_keys()
            keys(f"{number}:{SECOND}")
        mark_keys()
        assert retire_keys_but(11) == [1, 2]
        assert retire_keys_but(11) == []
        kept = KeyMark.objects.filter(retired_at=None).values_list("name", flat=True)
        assert set(kept) == {"seal-11", "index"}
        keys(f"11:{SECOND}", without_first=True)
        assert key_problems() == []

    def test_a_database_that_is_away_stops_nobody(self, keys: Keys, monkeypatch: pytest.MonkeyPatch) -> None:
        said: list[str] = []

        def away() -> list[str]:
            raise DatabaseError("a password may stand here")

        monkeypatch.setattr(key_marks, "key_problems", away)
        monkeypatch.setattr(checks, "key_problems", away)
        monkeypatch.setattr(key_marks.log, "warning", lambda text, *facts: said.append(text % facts))
        confirm_keys()
        assert said == ["the keys could not be compared with the database: DatabaseError"]
        (error,) = check_keys(None, databases=["default"])
        assert (error.msg, error.id) == (
            "The database can't be asked about the keys: DatabaseError.",
            "access.E002",
        )

    @pytest.mark.parametrize("databases", [None, (), ["owner"]])
    def test_keys_are_compared_only_where_the_database_is_asked_about(
        self, databases: list[str] | None, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(checks, "key_problems", lambda: ["wrong"])
        assert check_keys(None, databases=databases) == []
        assert len(check_keys(None, databases=["owner", "default"])) == 1
        monkeypatch.setattr(connection.introspection, "table_names", lambda: ["auth_user"])
        assert check_keys(None, databases=["default"]) == []


@pytest.mark.django_db
class TestColumns:
    @pytest.fixture(autouse=True)
    def _registers_as_before(self) -> Iterator[None]:
        before = [list(register) for register in (SEALED, INDEXED, REINDEXING)]
        yield
        for register, entries in zip((SEALED, INDEXED, REINDEXING), before, strict=True):
            register[:] = entries  # type: ignore[index]

    def test_a_column_is_registered_once(self) -> None:
        column = SealedColumn("enrollment.RosterPerson", "name", "a", "b")
        index = IndexedColumn("name", column)
        before = len(SEALED), len(INDEXED), len(REINDEXING)
        for _again in range(2):
            register_sealed(column)
            register_indexed(index, finish=connections.close_all)
            register_indexed(index)
        assert (len(SEALED), len(INDEXED), len(REINDEXING)) == tuple(number + 1 for number in before)
        assert (SEALED[-1], INDEXED[-1], REINDEXING[-1]) == (column, index, connections.close_all)
        assert (str(column), str(index)) == ("enrollment.RosterPerson.name", "enrollment.RosterPerson.name")
        assert (column.of, column.place(7)) == (RosterPerson, Place("a", "b", 7))
        assert "enrollment.RosterPerson.name" in sealed_columns.sealed_fields()

    def test_the_database_tells_which_key_a_value_is_sealed_with(self, world: World, keys: Keys) -> None:
        people = list(list_household(world.own, persons=4).persons.order_by("pk"))
        keys(f"2:{SECOND}")
        sealed = key_ring().seal("1", PLACE)
        for person, value in zip(people, (sealed, sealed[:15], sealed[:14], None), strict=True):
            RosterPerson.objects.filter(pk=person.pk).update(telephone_sealed=value)
        found = RosterPerson.objects.order_by("pk").annotate(key=key_id("telephone_sealed"))
        assert [person.key for person in found] == [2, 2, -1, -1]
        assert [key_id_of(value) for value in (sealed, sealed[:15], sealed[:14], b"")] == [2, 2, 0, 0]
        assert keys_in_use() == {1: 4, 2: 2, -1: 1}
        column = SealedColumn(
            "enrollment.RosterPerson", "telephone_sealed", "t", "c", only={"pk": people[0].pk}
        )
        assert list(column.rows().values_list("pk", flat=True)) == [people[0].pk]


class TestRing:
    def test_the_highest_key_seals_and_every_key_opens(self, keys: Keys) -> None:
        keys(f"  12:{SECOND}\n\n3:{OTHER}, ")
        ring = key_ring()
        assert (ring.current, ring.ids) == (12, {1, 3, 12})
        assert key_ring() is ring
        sealed = ring.seal("140524", PLACE)
        assert (sealed[0], sealed[1], len(sealed)) == (1, 12, 2 + 12 + 6 + 16)
        assert ring.open(memoryview(sealed), PLACE) == "140524"  # type: ignore[arg-type]
        assert ring.open_bytes(ring.seal_bytes(b"", PLACE), PLACE) == b""

    def test_keys_have_numbers_that_fit_a_byte_and_32_bytes(self) -> None:
        key, index = b"k" * 32, b"i" * 32
        assert KeyRing({255: key, 1: key}, index).current == 255
        for keys, says in (
            ({}, "SEAL_KEYS"),
            ({1: key, 2: b"k" * 33}, "SEAL_KEYS"),
            ({256: key}, "SEAL_KEYS"),
        ):
            with pytest.raises(
                ImproperlyConfigured, match=f"^{says} needs 32-byte keys with ids from 1 to 255$"
            ):
                KeyRing(keys, index)
        with pytest.raises(ImproperlyConfigured, match=r"^INDEX_KEY needs at least 32 bytes$"):
            KeyRing({1: key}, index[1:])

    def test_what_does_not_open_is_named_by_its_place(self, keys: Keys) -> None:
        ring = key_ring()
        sealed = ring.seal("140524", PLACE)
        wrong = Place(PLACE.table, PLACE.column, 8)
        with pytest.raises(SealError, match=r"^enrollment_rosterperson\.id_number of row 8 does not open$"):
            ring.open(sealed, wrong)
        for broken in (b"\x02" + sealed[1:], sealed[:1] + b"\x07" + sealed[2:], sealed[:14]):
            with pytest.raises(SealError, match=r"^no key opens enrollment_rosterperson\.id_number$"):
                ring.open(broken, PLACE)

    def test_a_value_is_sealed_anew_always_the_same_way(self, keys: Keys) -> None:
        old = key_ring().seal("140524", PLACE)
        assert key_ring().reseal(old, PLACE) == old
        keys(f"2:{SECOND}")
        anew = key_ring().reseal(memoryview(old), PLACE)  # type: ignore[arg-type]
        assert anew == key_ring().reseal(old, PLACE)
        assert (anew[1], len(anew), key_ring().open(anew, PLACE)) == (2, len(old), "140524")
        assert key_ring().reseal(key_ring().reseal(old, PLACE), PLACE) == anew
        keys(f"2:{OTHER}")
        assert key_ring().reseal(old, PLACE)[2:14] != anew[2:14]
        with pytest.raises(SealError):
            key_ring().reseal(old, Place("elsewhere", "id_number", 7))

    def test_an_index_is_that_of_the_key_that_is_set(self, keys: Keys) -> None:
        keys(INDEX_KEY="test-" + "j" * 40)
        assert key_ring().index("140524") == indexed("140524", b"test-" + b"j" * 40)

    @pytest.mark.parametrize("wrong", ["x:AAAA", "2:not base64", "2"])
    def test_keys_that_cannot_be_read_are_not_repeated(self, keys: Keys, wrong: str) -> None:
        keys(wrong)
        with pytest.raises(ImproperlyConfigured, match="SEAL_KEYS"):
            key_ring()


class TestRotation:
    def test_what_was_changed_adds_up_by_place(self) -> None:
        rotation = Rotation()
        for place, number in (("a", 2), ("b", 0), ("a", 3), ("c", 1)):
            rotation.add(place, number)
        assert (rotation.changed, rotation.values) == ({"a": 5, "c": 1}, 6)

    def test_ledgers_are_sealed_anew_by_their_owner_where_there_is_one(
        self, settings: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        assert owner_alias() == "owner"
        monkeypatch.delitem(settings.DATABASES, "owner")
        assert owner_alias() == "default"

    @pytest.mark.parametrize("former", ["", "f" * 31])
    def test_the_index_is_not_made_anew_without_the_former_key(self, settings: Any, former: str) -> None:
        settings.FORMER_INDEX_KEY = former
        with pytest.raises(Refused) as refused:
            key_rotation.rotate_index_key()
        assert str(refused.value) == (
            "Set FORMER_INDEX_KEY to the index key so far, and INDEX_KEY to the new one."
        )


TABLES = {
    "access_user": "SELECT, INSERT, UPDATE, DELETE",
    "access_user_groups": "SELECT, INSERT, UPDATE, DELETE",
    "audit_auditrecord": "SELECT, INSERT",
    "claims_lossday": "SELECT",
}


@pytest.mark.django_db(databases=["default", "owner"])
def test_the_runtime_role_is_granted_what_each_table_needs_and_no_more() -> None:
    said: list[str] = []

    def listen(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        if not sql.startswith(("GRANT", "REVOKE")):
            return execute(sql, params, many, context)
        said.append(sql)
        return None

    with connections["owner"].execute_wrapper(listen):
        grant_runtime_rights(connections["owner"], apps, "the app")
    assert said[:4] == [
        'GRANT USAGE ON SCHEMA public TO "the app"',
        'REVOKE ALL ON ALL TABLES IN SCHEMA public FROM "the app"',
        'GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO "the app"',
        'GRANT SELECT ON django_migrations TO "the app"',
    ]
    rights = dict(
        reversed(line.removeprefix("GRANT ").removesuffix(' TO "the app"').split(" ON ")) for line in said[4:]
    )
    assert {table: rights[f'"{table}"'] for table in TABLES} == TABLES
    assert not [
        model
        for model in apps.get_models()
        if not model._meta.managed and f'"{model._meta.db_table}"' in rights
    ]
