"""The sheets of a claims workbook and their columns; which of them a sheet is."""

from collections.abc import Mapping, Sequence

from django.utils.translation import gettext_lazy as _

from claims.bulk.field import REFERENCE, SAY_REFERENCE, Field
from claims.bulk.loss_columns import ITEM_FIELDS, LOSS_FIELDS, SIGN_FIELDS
from claims.models import Care, ClaimRow
from jincheng_insurance.sheets.columns import HEADER_ROWS, Layout, TitleTable, key_of
from jincheng_insurance.sheets.problems import SheetError
from jincheng_insurance.sheets.reading import SheetRow

Kind = ClaimRow.Kind


CARES = {
    Care.INPATIENT: "住院 普通住院 inpatient",
    Care.OUTPATIENT: "门诊 普通门诊 门诊慢特病 慢特病门诊 慢病门诊 特病门诊 急诊 门急诊 outpatient",
}
CARE_WORDS = {word: care for care, words in CARES.items() for word in words.split()}
CARE_CHOICES = ("住院", "门诊")

FIELDS: Mapping[Kind, Sequence[Field]] = {
    Kind.CLAIM: (
        Field("reference", REFERENCE, "reference", SAY_REFERENCE, True, 60, "示例-0001"),
        Field(
            "id_number",
            "证件号码 身份证号 身份证号码 公民身份号码 被保险人证件号码 参保人证件号码 出险人证件号码",
            "identity",
            _(
                "18 characters, as text. The person must be insured under your agreements for the policy year."
            ),
            True,
            example="110101199003070177",
        ),
        Field(
            "name",
            "姓名 被保险人姓名 参保人姓名 出险人姓名 被保险人",
            "name",
            _("As on the identity card."),
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
            example="2026-03-09",
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
            "account",
            "出险经过 事件经过 事故经过 案情 案情说明",
            "text",
            _("What happened, at most 500 characters."),
            longest=500,
            example="因病住院",
        ),
    ),
    Kind.BILL: (
        Field("reference", REFERENCE, "reference", SAY_REFERENCE, True, 60, "示例-0001"),
        Field(
            "care",
            "就诊类型 就医类型 医疗类别 类型",
            "care",
            _("Inpatient (住院) or outpatient (门诊)."),
            True,
            example="住院",
        ),
        Field(
            "hospital",
            "医院 医院名称 医疗机构 就诊医院 定点医疗机构",
            "text",
            _("The hospital's full name as on the invoice."),
            True,
            80,
            "晋城市人民医院",
        ),
        Field(
            "invoice_number",
            "发票号 发票号码 票据号 票据号码 收据号 结算单号",
            "code",
            _("As text. The same invoice of the same hospital is claimed once, in any county."),
            True,
            40,
            "140500000001",
        ),
        Field(
            "admitted_on",
            "入院日期 入院时间 住院日期",
            "day",
            _("Of a stay; left empty for outpatient care."),
            example="2026-03-01",
        ),
        Field(
            "on",
            "出院(就诊)日期 出院日期 就诊日期 出院就诊日期 出院或就诊日期 结算日期",
            "day",
            _("The day of discharge, of outpatient care the day of the visit: within policy year and cover."),
            True,
            example="2026-03-08",
        ),
        Field(
            "bill",
            "医疗总费用 总费用 费用总额 总金额",
            "yuan",
            _("The whole bill in yuan."),
            True,
            example="12000",
        ),
        Field(
            "basic",
            "基本医保报销 基本医保 基本医疗保险报销 医保报销 统筹支付",
            "yuan",
            _("In yuan; empty is zero."),
            example="6000",
        ),
        Field(
            "serious_illness",
            "大病保险报销 大病保险 大病报销",
            "yuan",
            _("In yuan; empty is zero."),
            example="1000",
        ),
        Field("assistance", "医疗救助 医疗救助支付", "yuan", _("In yuan; empty is zero."), example="500"),
        Field(
            "commercial",
            "商业保险报销 商业保险 商保报销",
            "yuan",
            _("Only insurance that reimburses costs; fixed sums belong into the last amount. In yuan."),
        ),
        Field("other", "其他报销 其他", "yuan", _("In yuan; empty is zero.")),
        Field(
            "charity",
            "慈善救助及定额给付 慈善救助 慈善 定额给付 社会慈善",
            "yuan",
            _("On record only, not deducted unless the city rules so. In yuan."),
        ),
        Field(
            "diagnosis",
            "诊断 疾病诊断 病种",
            "text",
            _("At most 120 characters."),
            longest=120,
            example="肺炎",
        ),
    ),
    Kind.LOSS: LOSS_FIELDS,
    Kind.ITEM: ITEM_FIELDS,
    Kind.SIGN: SIGN_FIELDS,
    Kind.PAYMENT: (
        Field(
            "reference",
            REFERENCE,
            "reference",
            _("Your own number of the case, or the next column."),
            False,
            60,
        ),
        Field(
            "claim_number",
            "赔案号 赔案编号 赔案号码",
            "reference",
            _("The claim number given here, such as PA2026-140524-000001; one of the two is enough."),
            False,
            40,
            "示例-PA2026-140524-000001",
        ),
        Field(
            "paid_on",
            "支付日期 付款日期 赔付日期 支付时间 赔款支付日期",
            "day",
            _("The day on which the bank paid; not before the approval."),
            True,
            example="2026-04-02",
        ),
        Field(
            "bank_reference",
            "银行流水号 银行凭证号 流水号 付款凭证号 银行回单号",
            "code",
            _("The bank's reference of the transfer, as text."),
            True,
            60,
            "20260402000123",
        ),
        Field(
            "amount",
            "赔款金额 支付金额 付款金额 赔付金额",
            "yuan",
            _("May be left empty. If filled in, it must be what was granted."),
            example="1250",
        ),
    ),
}
SHEETS = {
    Kind.CLAIM: "赔案",
    Kind.BILL: "费用单据",
    Kind.LOSS: "家财报案",
    Kind.ITEM: "损失清单",
    Kind.SIGN: "定损签字",
    Kind.PAYMENT: "赔款支付",
}
COLUMNS = {kind: tuple(field.column() for field in fields) for kind, fields in FIELDS.items()}
TITLES = {kind: TitleTable(columns) for kind, columns in COLUMNS.items()}
BY_NAME = {kind: {field.name: field for field in fields} for kind, fields in FIELDS.items()}
TEXT_FIELDS = frozenset(
    field.name
    for fields in FIELDS.values()
    for field in fields
    if field.cast in {"reference", "code", "identity"}
)


def recognise(top: Sequence[SheetRow]) -> tuple[Kind, Layout] | None:
    """What the sheet that begins with these rows lists, and where; None for one that lists none of it. SheetError when
    it bears the name of one of them, and lacks needed columns."""
    found = {kind: layout for kind in Kind if (layout := TITLES[kind].layout(top)) is not None}
    whole = {kind: layout for kind, layout in found.items() if not lacking(kind, layout)}
    if whole:
        kind = max(whole, key=lambda one: len(whole[one].fields))
        return kind, whole[kind]
    named = next((kind for kind in Kind if top and SHEETS[kind] in key_of(top[0].sheet)), None)
    if named is None:
        return None
    layout = found.get(named)
    lacks = lacking(named, layout) if layout else [one.titles[0] for one in COLUMNS[named] if one.required]
    raise SheetError(
        "missing_columns",
        {"sheet": top[0].sheet, "row": layout.row if layout else 1, "columns": "、".join(lacks)},
    )


def lacking(kind: Kind, layout: Layout) -> list[str]:
    """The titles of needed columns that a sheet doesn't have. A payment names its claim in one of two ways."""
    lacks = list(layout.missing(COLUMNS[kind]))
    if kind == Kind.PAYMENT and not {"reference", "claim_number"} & layout.fields.keys():
        lacks.insert(0, BY_NAME[kind]["reference"].title)
    return lacks


def layout_of(top: Sequence[SheetRow]) -> Layout | None:
    """Where a sheet's header is, for its annotated copy."""
    try:
        found = recognise([row for row in top if row.row <= HEADER_ROWS])
    except SheetError:
        return None
    return found[1] if found else None
