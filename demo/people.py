"""Synthetic households as the monitoring roster lists them: one seeded generator for demo, tests and benches. Names,
numbers and villages are made up; the counties' shares follow their real proportions."""

import datetime
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from random import Random

from stdnum.cn.ric import calc_check_digit

from jincheng_insurance.access.region_data import COUNTIES, TOWNSHIPS

SHARES = {"140502": 2, "140521": 17, "140522": 17, "140524": 28, "140525": 19, "140581": 17}
SIZES = ((1, 22), (2, 36), (3, 22), (4, 13), (5, 7))
SURNAMES = (
    "王李张刘陈杨赵黄周吴徐孙马朱胡郭何高林郑谢罗梁宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任"
)
GIVEN = "国建志春秀玉福永天华文军红英兰芳梅杰强明丽佳子欣雪晋平安庆喜锁根旺莲香云霞浩宇轩涵"
VILLAGES = tuple(first + second + "村" for first in "东西南北上下石河" for second in "庄岭井街")
TODAY = datetime.date(2026, 1, 1)
CHILD = "之子", "之女"


@dataclass(frozen=True, slots=True)
class SamplePerson:
    """A made-up member; `basic` is resident, employee, none or unknown."""

    code: str
    name: str
    id_number: str
    relation: str
    sex: str
    birth_date: datetime.date
    basic: str
    telephone: str


@dataclass(frozen=True, slots=True)
class SampleHousehold:
    """A made-up household. `kind` is the roster's 户类型, `monitored` its monitoring type or empty, `listed` YYYYMM."""

    code: str
    county_code: str
    county: str
    township: str
    village: str
    kind: str
    monitored: str
    listed: str
    risk_removed: str
    telephone: str
    persons: tuple[SamplePerson, ...]

    @property
    def counts_as_monitored(self) -> bool:
        """Marginal or severe-difficulty: the categories that must have been listed first (R2)."""
        return self.kind != "脱贫户"


def make_households(
    *, persons: int, seed: int = 2026, counties: Sequence[str] | None = None, after: int = 0
) -> Iterator[SampleHousehold]:
    """Households until at least `persons` persons are made, spread over the counties (codes) by their size; their
    serial numbers begin after `after`. The same arguments give the same households."""
    names = dict(COUNTIES)
    codes = list(counties or names)
    random = Random(seed)
    weights = list(accumulate(SHARES[code] for code in codes))
    townships = {code: [name for _, name, county in TOWNSHIPS if county == code] for code in codes}
    serials = dict.fromkeys(codes, after)
    used: set[str] = set()
    made = 0
    while made < persons:
        county = random.choices(codes, cum_weights=weights)[0]
        serials[county] += 1
        household = _household(random, county, names[county], serials[county], townships[county], used)
        made += len(household.persons)
        yield household


def _household(
    random: Random, county_code: str, county: str, serial: int, townships: Sequence[str], used: set[str]
) -> SampleHousehold:
    code = f"0{county_code[2:]}{serial:07d}"
    kind, monitored, listed, removed = _monitoring(random)
    telephone = _telephone(random)
    size = random.choices([n for n, _ in SIZES], [weight for _, weight in SIZES])[0]
    head_age = random.randint(30, 85) if size == 1 else random.randint(35, 70)
    surname = random.choice(SURNAMES)
    members: list[SamplePerson] = []
    for place in range(size):
        relation, age, sex = _member(random, place, head_age, members[0].sex if members else "")
        birth = TODAY - datetime.timedelta(days=age * 365 + random.randint(0, 364))
        family = surname if place in (0, 2, 3, 4) else random.choice(SURNAMES)
        members.append(
            SamplePerson(
                code=f"{code}{place + 1:02d}",
                name=family + "".join(random.choices(GIVEN, k=random.choice((1, 2, 2)))),
                id_number=_identity(random, county_code, birth, sex, used),
                relation=relation,
                sex=sex,
                birth_date=birth,
                basic=random.choices(("resident", "employee", "none", "unknown"), (960, 20, 10, 10))[0],
                telephone="",
            )
        )
    return SampleHousehold(
        code=code,
        county_code=county_code,
        county=county,
        township=random.choice(townships),
        village=random.choice(VILLAGES),
        kind=kind,
        monitored=monitored,
        listed=listed,
        risk_removed=removed,
        telephone=telephone,
        persons=tuple(members),
    )


def _monitoring(random: Random) -> tuple[str, str, str, str]:
    """Household kind, monitoring type, listing month and whether the risk was removed."""
    listed = f"{random.randint(2020, 2025)}{random.randint(1, 12):02d}"
    removed = random.choice(("是", "否", "否"))
    draw = random.random()
    if draw < 0.90:
        return "脱贫户", "", "", ""
    if draw < 0.93:
        return "脱贫户", "脱贫不稳定户", listed, removed
    return "普通农户", "边缘易致贫户" if draw < 0.97 else "突发严重困难户", listed, removed


def _member(random: Random, place: int, head_age: int, head_sex: str) -> tuple[str, int, str]:
    """Relation, age and sex of the member at a place of the household."""
    if place == 0:
        return "户主", head_age, random.choice("男女")
    if place == 1:
        return "配偶", max(22, head_age + random.randint(-6, 4)), "女" if head_sex == "男" else "男"
    child = random.randrange(2)
    return CHILD[child], max(0, head_age - random.randint(22, 34)), "男女"[child]


def _identity(random: Random, county: str, birth: datetime.date, sex: str, used: set[str]) -> str:
    while True:
        order = random.randrange(0, 500) * 2 + (sex == "男")
        body = f"{county}{birth:%Y%m%d}{order:03d}"
        if body not in used:
            used.add(body)
            return body + str(calc_check_digit(body + "0"))


def _telephone(random: Random) -> str:
    return f"1{random.choice('35789')}0000{random.randrange(10**5):05d}"
