"""The sheets of a household's loss: the report, the items, the signatures (R12-R14)."""

from django.utils.translation import gettext_lazy as _

from claims.bulk.field import REFERENCE, SAY_REFERENCE, Field
from claims.models import Cause, Finding, LossItem, SignOff

CAUSES: dict[str, str] = {
    Cause.NATURAL_DISASTER: "自然灾害 灾害",
    Cause.THEFT: "盗窃 被盗 失窃 入室盗窃",
    Cause.FIRE: "非灾害引起的火灾或爆炸 火灾 爆炸 火灾爆炸 火灾或爆炸",
    Cause.OTHER: "其他原因 其他",
}
PERILS = {
    "storm": "暴风雨 暴风 暴雨 大风 风灾",
    "flood": "洪水 洪涝 洪灾 水灾",
    "hail": "冰雹 雹灾",
    "lightning": "雷击 雷电",
    "landslide": "山体滑坡、泥石流 山体滑坡 滑坡 泥石流 崖崩",
    "snow": "雪灾 暴雪 雪",
    "earthquake": "地震",
}
FINDINGS: dict[str, str] = {
    Finding.NONE_FOUND: "未找到责任人 无责任人 未破案",
    Finding.CANNOT_PAY: "已找到责任人但无力赔偿 责任人无力赔偿 无力赔偿",
    Finding.FOUND: "已找到责任人且有能力赔偿 责任人有能力赔偿 有能力赔偿",
}
PROPERTY: dict[str, str] = {
    LossItem.Kind.DWELLING: "房屋及附属设施 房屋 住房",
    LossItem.Kind.DECORATION: "室内装修 装修 室内装潢",
    LossItem.Kind.APPLIANCE: "家用电器 家电",
    LossItem.Kind.INDOOR: "其他室内财产 室内财产 家具",
    LossItem.Kind.MACHINERY: "农机具 农机 农具",
    LossItem.Kind.TOOL: "生产工具 工具",
    LossItem.Kind.MATERIAL: "生产资料 农资",
    LossItem.Kind.PRODUCE: "粮食及农副产品 粮食 农副产品",
}
PARTIES: dict[str, str] = {
    SignOff.Party.VILLAGE: "村委会 村委 村民委员会 村两委",
    SignOff.Party.INSURED: "参保人 被保险人 户主 农户",
    SignOff.Party.INSURER: "承保机构 保险公司 承保公司 查勘员",
}
CASE = "示例-0002"

LOSS_FIELDS = (
    Field("reference", REFERENCE, "reference", SAY_REFERENCE, True, 60, CASE),
    Field(
        "household_code",
        "户编号 家庭编号 户编码 监测户编号",
        "code",
        _("The household's code on the roster, as text. It must be insured under your agreements."),
        True,
        32,
        "140524000000001",
    ),
    Field(
        "name",
        "户主姓名 户主 姓名 参保人姓名 被保险人姓名",
        "name",
        _("The head, or another insured member of the household, as on the identity card."),
        True,
        60,
        "张三",
    ),
    Field(
        "reported_on",
        "报案日期 报案时间 报案日",
        "day",
        _("The day of the report, such as 2026-03-09."),
        True,
        example="2026-07-13",
    ),
    Field(
        "reserve",
        "估损 估损金额 未决估损 立案金额 准备金",
        "yuan",
        _("Estimate in yuan of what the claim will cost; it counts into the loss ratio at once."),
        True,
        example="3000",
    ),
    Field(
        "cause",
        "出险原因 事故原因 原因",
        "choice",
        _(
            "Choose from the list. Only natural disasters and theft are covered, unless the city rules otherwise."
        ),
        True,
        example="自然灾害",
        choices=CAUSES,
    ),
    Field(
        "peril",
        "灾害种类 灾种 灾害类型 自然灾害种类",
        "choice",
        _("Which natural disaster it was; left empty for any other cause."),
        longest=40,
        example="洪水",
        choices=PERILS,
        open=True,
    ),
    Field(
        "lost_on",
        "出险日期 出险时间 事故日期 受灾日期",
        "day",
        _("The day of the loss, within the cover and at most two years before the report."),
        True,
        example="2026-07-12",
    ),
    Field(
        "place", "出险地点 事故地点 地点", "text", _("At most 120 characters."), longest=120, example="村西"
    ),
    Field(
        "recovered",
        "已由他人赔偿 他人赔偿 第三方赔偿 已获赔偿",
        "yuan",
        _("What others made good, in yuan; empty is zero."),
    ),
    Field(
        "police_report",
        "报警回执编号 报警回执号 报警回执 报案回执编号",
        "code",
        _("Of a theft; it may also be added later on the claim's page."),
        longest=60,
    ),
    Field("police_station", "派出所 受理派出所 出警单位", "text", _("Of a theft."), longest=80),
    Field("police_report_on", "报警日期 报警时间", "day", _("Of a theft: the date of the police report.")),
    Field(
        "finding",
        "盗窃责任认定 责任认定 责任人认定",
        "choice",
        _("Of a theft: whether somebody responsible was found and can pay. It may also be added later."),
        choices=FINDINGS,
    ),
    Field(
        "account",
        "出险经过 事件经过 事故经过 案情 案情说明",
        "text",
        _("What happened, at most 500 characters."),
        longest=500,
        example="洪水进屋",
    ),
)
ITEM_FIELDS = (
    Field("reference", REFERENCE, "reference", SAY_REFERENCE, True, 60, CASE),
    Field(
        "kind",
        "财产类别 类别 财产种类 标的类别",
        "choice",
        _("Choose from the list."),
        True,
        example="家用电器",
        choices=PROPERTY,
    ),
    Field(
        "name",
        "财产名称 名称 物品名称 标的名称 品名",
        "text",
        _("What was lost or damaged. The same thing of a kind stands once on a claim; add its quantity up."),
        True,
        80,
        "电视机",
    ),
    Field("quantity", "数量 受损数量", "number", _("Above zero, at most two decimals."), True, example="1"),
    Field("unit", "单位 计量单位", "text", _("Such as 台, 间, 公斤."), True, 10, "台"),
    Field(
        "amount",
        "核定损失 损失金额 定损金额 核损金额",
        "yuan",
        _("The assessed loss of this line in all, in yuan."),
        True,
        example="1800",
    ),
)
SIGN_FIELDS = (
    Field("reference", REFERENCE, "reference", SAY_REFERENCE, True, 60, CASE),
    Field(
        "party",
        "签字方 签字单位 签字主体",
        "choice",
        _("Choose from the list. All three sign before the claim can be approved."),
        True,
        example="村委会",
        choices=PARTIES,
    ),
    Field("signed_by", "签字人 签字人姓名", "name", _("Name of who signed."), True, 40, "李四"),
    Field(
        "on",
        "签字日期 签字时间 签署日期",
        "day",
        _("From the day of the loss to today."),
        True,
        example="2026-07-15",
    ),
    Field(
        "assessed",
        "签字金额 定损合计 签字定损金额",
        "yuan",
        _("The sum signed for, as on the paper. It must be what the items come to."),
        True,
        example="1800",
    ),
    Field(
        "authority",
        "代理权限 代签依据 委托书",
        "text",
        _("Only where an agent signs for the insured: by what authority. At most 120 characters."),
        longest=120,
    ),
)
