"""What the words of a roster mean: relations to the head, kinds of household (R1), counties."""

import re
from collections.abc import Mapping
from functools import cache
from typing import NamedTuple

from stdnum import numdb

from enrollment.roster.record import Category, Relation

RELATION_WORDS = {
    Relation.HEAD: "户主 本人 本人或户主 户主本人 户主或本人 本人户主 户主(本人) 本人(户主)",
    Relation.SPOUSE: "配偶 妻 夫 妻子 丈夫 夫妻 老婆 爱人",
    Relation.SON: "子 儿子 长子 次子 三子 四子 独生子 养子 继子 养子或继子",
    Relation.DAUGHTER: "女 女儿 长女 次女 三女 四女 独生女 养女 继女 养女或继女",
    Relation.SON_IN_LAW: "女婿",
    Relation.DAUGHTER_IN_LAW: "儿媳 媳妇 儿媳妇",
    Relation.FATHER: "父 父亲 爸爸 养父 继父",
    Relation.MOTHER: "母 母亲 妈妈 养母 继母",
    Relation.PARENT_IN_LAW: "岳父 岳母 公公 婆婆 公婆 岳父母",
    Relation.GRANDCHILD: "孙子 孙女 外孙子 外孙女 外孙 孙 曾孙子 曾孙女 曾外孙子 曾外孙女 长孙 次孙 孙子女",
    Relation.GRANDPARENT: "祖父 祖母 外祖父 外祖母 爷爷 奶奶 外公 外婆 姥爷 姥姥",
    Relation.SIBLING: "兄弟姐妹 兄弟 姐妹 姊妹 兄 弟 姐 妹 哥 哥哥 弟弟 姐姐 妹妹",
}
RELATIONS = {word: relation for relation, words in RELATION_WORDS.items() for word in words.split()}

UNSTABLE = "脱贫不稳定户"
MARGINAL = "边缘易致贫户"
SEVERE = "突发严重困难户"
OUT_OF_POVERTY_KINDS = frozenset(
    [
        "脱贫户",
        "已脱贫户",
        "已脱贫",
        "脱贫",
        "脱贫人口",
        "稳定脱贫户",
        "脱贫稳定户",
        "一般脱贫户",
        "建档立卡户",
        "建档立卡脱贫户",
        "建档立卡脱贫人口",
        "享受政策脱贫户",
        "脱贫享受政策户",
        "脱贫户享受政策",
        "脱贫户(享受政策)",
        "已脱贫享受政策",
        "不享受政策脱贫户",
        "脱贫不享受政策户",
        "脱贫户(不享受政策)",
        "脱贫监测户",
    ]
)
ORDINARY_KINDS = frozenset(
    [
        "一般农户",
        "普通农户",
        "一般户",
        "普通户",
        "一般农村户",
        "普通农村户",
        "农户",
        "非脱贫户",
        "一般农村人口",
        "非建档立卡户",
    ]
)
MONITORED_KINDS = {
    UNSTABLE: "脱贫不稳定户 脱贫不稳定 脱贫不稳定人口 脱贫不稳户 不稳定脱贫户 返贫风险户",
    MARGINAL: "边缘易致贫户 边缘易致贫 边缘易致贫人口 边缘易致贫农户 边缘户 边缘人口 易致贫边缘户 易致贫户",
    SEVERE: """突发严重困难户 突发严重困难人口 突发严重困难 突发严重困难农户 突发严重困难家庭 突发困难户
        突发困难人口 严重困难户 严重困难人口 严重困难""",
}
MONITORED_WORDS = {word: kind for kind, words in MONITORED_KINDS.items() for word in words.split()}
CATEGORY_OF_KIND = {
    UNSTABLE: Category.OUT_OF_POVERTY,
    MARGINAL: Category.MARGINAL,
    SEVERE: Category.SEVERE_DIFFICULTY,
}
NOT_MONITORED = frozenset(
    {"", "否", "无", "不是", "非监测对象", "非监测户", "未纳入", "未监测", "不属于", "非"}
)
LEADING_CODE = re.compile(r"^[0-9]{1,2}[.、:\-_ ]*(?=\D)")
COUNTY_ENDINGS = "县市区"
ABOVE_COUNTY = re.compile("^(?:山西省?)?(?:晋城市?)?")
SHORTEST_STEM = 2
CODE_LENGTH = 6


class Kind(NamedTuple):
    """A household's category (a value of `Category`, or "" with the code of what is wrong), the kind of
    monitoring it is under, "" for none, and the code of a doubt."""

    category: str
    monitored_kind: str
    error: str = ""
    warning: str = ""


def relation_of(word: str) -> Relation:
    """The relation a word means; what isn't known is OTHER."""
    word = LEADING_CODE.sub("", word)
    known = RELATIONS.get(word) or RELATIONS.get(
        word.removeprefix("户主").removeprefix("之").removeprefix("的")
    )
    return known or Relation.OTHER


def kind_of(household_kind: str, monitored_kind: str) -> Kind:
    """The category of a household by its 户类型 and its 监测对象类型 (R1).

    An out-of-poverty household stays one whatever it is monitored as, so that it is never counted twice.

    >>> kind_of("脱贫户", "脱贫不稳定户").category, kind_of("一般农户", "边缘易致贫户").category
    ('OUT_OF_POVERTY', 'MARGINAL')
    """
    household = LEADING_CODE.sub("", household_kind)
    monitored = LEADING_CODE.sub("", monitored_kind)
    if monitored in NOT_MONITORED:
        monitored = ""
        if household in MONITORED_WORDS:  # one column says both
            monitored, household = household, ""
    known = MONITORED_WORDS.get(monitored, "")
    if monitored and not known and monitored not in OUT_OF_POVERTY_KINDS:
        return Kind("", "", error="category_unknown")
    if household in OUT_OF_POVERTY_KINDS or household == UNSTABLE or monitored in OUT_OF_POVERTY_KINDS:
        doubt = "category_contradiction" if known == MARGINAL else ""
        return Kind(Category.OUT_OF_POVERTY.value, known, warning=doubt)
    if known:
        return Kind(CATEGORY_OF_KIND[known].value, known)
    if household in ORDINARY_KINDS:
        return Kind("", "", error="not_monitored")
    return Kind("", "", error="category_unknown" if household else "category_missing")


@cache
def ever_a_county(prefix: str) -> bool:
    """Whether six digits were ever a county's, today's or a former one. Nobody is refused for it: the list
    of former codes has gaps.

    >>> ever_a_county("140511"), ever_a_county("140599")
    (True, False)
    """
    return any("county" in facts for _, facts in numdb.get("cn/loc").info(prefix))


class Counties:
    """Finds the county a cell names, by name with or without its ending or what stands above it, or by
    code."""

    def __init__(self, reach: Mapping[str, str], elsewhere: Mapping[str, str]) -> None:
        self.reach = frozenset(reach.values())
        self._codes = {**elsewhere, **reach}
        self._codes |= {code: code for code in self._codes.values()}
        self._stems = {
            name[:-1]: code
            for name, code in self._codes.items()
            if name[-1:] in COUNTY_ENDINGS and len(name) > SHORTEST_STEM
        }

    def find(self, name: str) -> str:
        """The 6-digit code, or "" for a county nobody here knows."""
        for one in (name, ABOVE_COUNTY.sub("", name), name[:CODE_LENGTH] if name.isdigit() else ""):
            found = self._codes.get(one) or self._stems.get(one)
            if found:
                return found
        return ""
