"""How fast pages find people among millions: each kind of search as a whole page (rights, queries, masking, template),
asked many times with different values. See bench/README.md.

python -m bench.find [--persons 2000000] [--asks 30] [--waiting 5]"""

import argparse
import random
import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import psycopg

from bench.house import House, house, say, show

GIVEN = "国建志春秀玉福永天华文军红英兰芳梅杰强明丽佳子欣雪晋平安庆喜锁根旺莲香云霞浩宇轩涵"
SURNAMES = (
    "王李张刘陈杨赵黄周吴徐孙马朱胡郭何高林郑谢罗梁宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任"
)
VILLAGES_PER_TOWNSHIP = 25
HOUSEHOLD_SIZE = 2.5
GOAL_MS = 300

PEOPLE = """
INSERT INTO access_region (name, level, parent_id)
SELECT '第' || n || '村', 'village', t.id FROM access_region t, generate_series(1, %(villages)s) n
WHERE t.level = 'township';

CREATE TEMP TABLE place AS
SELECT row_number() OVER (ORDER BY v.id) - 1 AS number, v.id AS village, t.id AS township, t.parent_id AS county
FROM access_region v JOIN access_region t ON t.id = v.parent_id WHERE v.level = 'village';
CREATE UNIQUE INDEX ON place (number);

INSERT INTO enrollment_rosterhousehold
    (id, code, county_id, township_id, village_id, category, monitored_kind, listed_on, risk_removed, listed_by_id,
     seen_in_id)
SELECT n, '1405' || lpad((n::bigint * 7919 %% 100000000)::text, 8, '0'), p.county, p.township, p.village,
    CASE WHEN n %% 100 < 93 THEN 'OUT_OF_POVERTY' WHEN n %% 100 < 97 THEN 'MARGINAL' ELSE 'SEVERE_DIFFICULTY' END, '',
    CASE WHEN n %% 100 >= 93 THEN date '2020-01-01' + (n %% 2200)::int
         WHEN n %% 100 < 3 THEN date '2021-05-01' END,
    CASE WHEN n %% 100 >= 93 THEN n %% 3 = 0 END, %(import)s, %(import)s
FROM generate_series(1, %(households)s) n JOIN place p ON p.number = n::bigint * 31 %% (SELECT count(*) FROM place);
UPDATE enrollment_rosterhousehold SET listed_on = make_date(%(year)s + 1, 2, 1)
    WHERE category <> 'OUT_OF_POVERTY' AND id %% 1000 = 993;
SELECT setval(pg_get_serial_sequence('enrollment_rosterhousehold', 'id'), %(households)s);
"""
COVER = """
INSERT INTO enrollment_insuredhousehold
    (agreement_id, policy_year_id, county_id, roster_household_id, category, cover_from, cover_to, enrolled_by_id,
     enrolled_at)
SELECT a.id, a.policy_year_id, h.county_id, h.id, h.category, make_date(%(year)s, 1, 1), make_date(%(year)s, 12, 31),
    %(user)s, now()
FROM enrollment_rosterhousehold h JOIN enrollment_agreement a ON a.county_id = h.county_id
WHERE (h.listed_on IS NULL OR h.listed_on <= make_date(%(year)s, 12, 31)) AND h.id %% 100 >= %(waiting)s
ORDER BY h.id;
INSERT INTO enrollment_insuredperson
    (insured_household_id, policy_year_id, county_id, roster_person_id, basic_insurance, cover_from, cover_to)
SELECT i.id, i.policy_year_id, i.county_id, p.id, p.basic_insurance, i.cover_from, i.cover_to
FROM enrollment_insuredhousehold i JOIN enrollment_rosterperson p ON p.household_id = i.roster_household_id
ORDER BY p.id;
"""
COLUMNS = (
    "id, household_id, code, name, id_number_sealed, id_number_index, birth_date, sex, relation, basic_insurance,"
    " seen_in_id"
)
BASIC = ("resident",) * 96 + ("employee", "employee", "none", "unknown")


@dataclass(frozen=True)
class Search:
    """One kind of search: its page, its values drawn anew each time, and how it is sent."""

    name: str
    path: str
    values: Callable[[], dict[str, Any]]
    method: str = "get"


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench.find", description="Measures finding people.")
    parser.add_argument("--persons", type=int, default=2_000_000)
    parser.add_argument("--asks", type=int, default=30)
    parser.add_argument("--waiting", type=int, default=5, help="percent of the households not enrolled yet")
    options = parser.parse_args()
    random.seed(2026)
    with house() as place:
        start = time.perf_counter()
        people = fill(place, options.persons, options.waiting)
        place.settle()
        say(bench="find", part="filled", persons=options.persons, seconds=round(time.perf_counter() - start))
        rows = [
            measure(who, user, search, options.asks)
            for who, user in people.items()
            for search in searches(who)
        ]
    show(
        f"Finding among {options.persons:,} persons: whole pages, milliseconds",
        ("who", "search", "median", "p95"),
        rows,
    )


def measure(who: str, user: Any, search: Search, asks: int) -> tuple[str, ...]:
    """The search asked many times by one person; what isn't answered as it should be ends the bench."""
    from django.test import Client

    client = Client(SERVER_NAME="localhost")
    client.force_login(user)
    taken = []
    for _ in range(asks):
        values = search.values()
        start = time.perf_counter()
        answer = getattr(client, search.method)(search.path, values)
        taken.append((time.perf_counter() - start) * 1000)
        if answer.status_code not in {200, 302, 422}:
            raise SystemExit(f"{search.name}: {answer.status_code}")
    median, p95 = statistics.median(taken), sorted(taken)[max(0, round(asks * 0.95) - 1)]
    say(
        bench="find", who=who, search=search.name, median_ms=round(median, 1), p95_ms=round(p95, 1), asks=asks
    )
    return who, search.name, f"{median:.0f}", f"{p95:.0f}"


def searches(who: str) -> Iterator[Search]:
    """Every kind of search that somebody may ask."""
    if who != "insurer":
        yield from _kinds("roster persons", "/roster/persons/", persons=True, roster=True)
        yield from _kinds("roster households", "/roster/households/", persons=False, roster=True)
    yield from _kinds("insured persons", "/insured/persons/", persons=True, roster=False)
    yield from _kinds("insured households", "/insured/", persons=False, roster=False)


def _kinds(title: str, path: str, *, persons: bool, roster: bool) -> Iterator[Search]:
    from jincheng_insurance.access.models import Region

    townships = list(Region.objects.filter(level="township").values_list("pk", flat=True))
    kinds: dict[str, Callable[[], dict[str, Any]]] = {
        "no filter": dict,
        "last page counted": lambda: {"page": 200},
        "household code": lambda: {"code": _code()},
        "beginning of a code": lambda: {"code": _code()[:7]},
        "township": lambda: {"place": random.choice(townships)},
        "township and village": lambda: {"place": random.choice(townships), "village": _village()},
        "village": lambda: {"village": _village()},
        "category": lambda: {"category": random.choice(("MARGINAL", "SEVERE_DIFFICULTY"))},
        "category and township": lambda: {"category": "MARGINAL", "place": random.choice(townships)},
    }
    if persons:
        kinds |= {
            "one character of a name": lambda: {"name": _name()[:1]},
            "two characters": lambda: {"name": _name()[:2]},
            "whole name": lambda: {"name": _name()},
            "name, by household code": lambda: {"name": _name()[:1], "order": "code"},
            "name and township": lambda: {"name": _name()[:1], "place": random.choice(townships)},
            "all by name": lambda: {"order": "name"},
            "basic insurance in doubt": lambda: {"basic_insurance": random.choice(("unknown", "none"))},
        }
        yield Search(f"{title}: identity number", path, lambda: {"id_number": _number()}, "post")
    if roster:
        kinds |= {
            "insured": lambda: {"standing": "insured"},
            "not yet enrolled": lambda: {"standing": "waiting"},
            "can't be enrolled": lambda: {"standing": "not_eligible"},
            "waiting in a township": lambda: {"standing": "waiting", "place": random.choice(townships)},
            "risk removed": lambda: {"risk": "removed"},
        }
    for name, values in kinds.items():
        yield Search(f"{title}: {name}", path, values)


NUMBERS: list[str] = []


def _number() -> str:
    return random.choice(NUMBERS)


def _code() -> str:
    return f"1405{random.randrange(1, 800_000) * 7919 % 100_000_000:08d}"


def _village() -> str:
    return f"第{random.randint(1, VILLAGES_PER_TOWNSHIP)}村"


def _name() -> str:
    return random.choice(SURNAMES) + "".join(random.choices(GIVEN, k=2))


def fill(place: House, persons: int, waiting: int) -> dict[str, Any]:
    """The roster and its insured; who asks: a city officer, a county officer, an insurer's adjuster."""
    from demo.posts import give_post
    from enrollment.models import Agreement, PolicyYear, RosterImport
    from enrollment.selectors import current_policy_year
    from jincheng_insurance.access.models import Insurer, Region, User
    from jincheng_insurance.access.roles import Role

    year: PolicyYear = current_policy_year()
    counties = list(Region.objects.filter(level="county").order_by("code"))
    insurers = [Insurer.objects.create(code=code, name=f"保险公司{code}") for code in "ABC"]
    for number, county in enumerate(counties):
        Agreement.objects.create(
            policy_year=year,
            county=county,
            insurer=insurers[number % 3],
            number=f"XY-{county.code}",
            signed_on=f"{year.year}-01-01",
        )
    posts = {
        "city": (Role.CITY_OFFICER, {}),
        "county": (Role.COUNTY_OFFICER, {"region": counties[3]}),
        "insurer": (Role.ADJUSTER, {"insurer": insurers[0]}),
    }
    people = {}
    for who, (role, where) in posts.items():
        people[who] = User.objects.create(username=who)
        give_post(people[who], role, **where)
    listed = RosterImport.objects.create(
        file_name="bench.xlsx", sha256="", size=1, stored_as="bench", uploaded_by=people["city"]
    )
    facts = {
        "villages": VILLAGES_PER_TOWNSHIP,
        "households": int(persons / HOUSEHOLD_SIZE),
        "import": listed.pk,
        "year": year.year,
        "user": people["city"].pk,
        "waiting": waiting,
    }
    with psycopg.connect(place.superuser, cursor_factory=psycopg.ClientCursor) as connection:
        connection.execute(
            "SET session_replication_role = replica"
        )  # a roster of this size is not enrolled row by row
        connection.execute(PEOPLE, facts)
        with connection.cursor().copy(f"COPY enrollment_rosterperson ({COLUMNS}) FROM STDIN") as copy:
            for line in _persons(persons, facts["households"], listed.pk):
                copy.write_row(line)
        connection.execute(COVER, facts)
    return people


def _persons(persons: int, households: int, listed: int) -> Iterator[tuple[Any, ...]]:
    """Made-up persons with numbers that pass every check, sealed as the product seals them."""
    from stdnum.cn.ric import calc_check_digit

    from enrollment.selectors import identity_place
    from jincheng_insurance.access.sealing import key_ring

    ring = key_ring()
    for key in range(1, persons + 1):
        day, order = divmod(key, 999)
        birth = f"{1940 + day // 336 % 80}{day // 28 % 12 + 1:02d}{day % 28 + 1:02d}"
        body = f"{140500 + (day // 26880):06d}{birth}{order + 1:03d}"
        number = body + str(calc_check_digit(body + "0"))
        if key % 1000 == 1:
            NUMBERS.append(number)
        yield (
            key,
            (key - 1) % households + 1,
            "",
            _name(),
            ring.seal(number, identity_place(key)),
            ring.index(number),
            f"{birth[:4]}-{birth[4:6]}-{birth[6:]}",
            "male" if order % 2 else "female",
            "HEAD" if key <= households else "OTHER",
            random.choice(BASIC),
            listed,
        )


if __name__ == "__main__":
    main()
