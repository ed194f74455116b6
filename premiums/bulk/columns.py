"""The columns of a workbook of allocations and payments: by which titles each is known, what stands in it, and what a
person is told of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from jincheng_insurance.sheets.columns import HEADER_ROWS, Column, Layout, TitleTable, column
from jincheng_insurance.sheets.problems import SheetError
from jincheng_insurance.sheets.reading import SheetRow
from premiums.models import FundEntry, Side

SHEET = "下达与拨付"
EXAMPLE = "示例"
SIDES = {"市级": Side.CITY, "县级": Side.COUNTY}
SIDE_WORDS = SIDES | {"市": Side.CITY, "县": Side.COUNTY, "县区": Side.COUNTY, "市县区级": Side.COUNTY}
KINDS = {"下达": FundEntry.Kind.ALLOCATED, "拨付": FundEntry.Kind.PAID}
KIND_WORDS = KINDS | {"已下达": FundEntry.Kind.ALLOCATED, "已拨付": FundEntry.Kind.PAID}
YES = "是"
YES_WORDS = {YES: True, "否": False}
Cast = Literal["year", "county", "side", "kind", "document", "day", "yuan", "yes"]


@dataclass(frozen=True, slots=True)
class Field:
    """One column: `titles`, the preferred one first; how its cells are read; and `say`, what to fill in."""

    name: str
    titles: str
    cast: Cast
    say: Promise
    examples: tuple[str, str]
    required: bool = True

    @property
    def title(self) -> str:
        return self.titles.split()[0]

    def column(self) -> Column:
        return column(self.name, *self.titles.split(), required=self.required)


FIELDS: Sequence[Field] = (
    Field(
        "year",
        "保险年度 年度 年份",
        "year",
        _("The policy year of the agreement, such as 2026."),
        ("2026", "2026"),
    ),
    Field(
        "county",
        "县（市、区） 县区 县 区县",
        "county",
        _("The county whose agreement it is, as in the list, or its code of six digits."),
        ("陵川县", "陵川县"),
    ),
    Field(
        "side",
        "承担方 承担级次 级次 资金级次",
        "side",
        _(
            "Whose money it is: 市级 or 县级. City finance books the city's money of every county, county finance"
            " its own county's."
        ),
        ("市级", "县级"),
    ),
    Field(
        "kind",
        "类别 业务类别 资金类别",
        "kind",
        _("下达: the money was made available. 拨付: it went to the insurer."),
        ("下达", "拨付"),
    ),
    Field(
        "document",
        "文号 文件号 凭证号 拨款文号",
        "document",
        _("The number of the document or voucher, at most 60 characters."),
        ("示例-晋市财农〔2026〕7号", "示例-陵财农〔2026〕12号"),
    ),
    Field(
        "on",
        "日期 下达日期 拨付日期 文件日期",
        "day",
        _("A full date such as 2026-03-09, not in the future."),
        ("2026-03-02", "2026-03-09"),
    ),
    Field(
        "amount",
        "金额（元） 金额 下达金额 拨付金额",
        "yuan",
        _("In yuan, above zero, at most two decimals."),
        ("30000", "70000"),
    ),
    Field(
        "beyond_due",
        "超应承担拨付 超额拨付",
        "yes",
        _(
            "是 only for a payment above what the side still owes, if that is meant; otherwise leave it empty."
        ),
        ("", ""),
        required=False,
    ),
)
BY_NAME = {field.name: field for field in FIELDS}
TITLES = TitleTable([field.column() for field in FIELDS])
TEXT_FIELDS = ("document",)


def recognise(top: Sequence[SheetRow]) -> Layout | None:
    """Where the columns stand in the sheet that begins with these rows; None for a sheet of something else. SheetError
    when it lacks needed columns."""
    layout = TITLES.layout(top)
    if layout is None or not {"document", "amount"} & layout.fields.keys():
        return None
    lacking = [field.title for field in FIELDS if field.required and field.name not in layout.fields]
    if lacking:
        raise SheetError(
            "missing_columns", {"sheet": layout.sheet, "row": layout.row, "columns": "、".join(lacking)}
        )
    return layout


def layout_of(top: Sequence[SheetRow]) -> Layout | None:
    """Where a sheet's header is, for its annotated copy."""
    try:
        return recognise([row for row in top if row.row <= HEADER_ROWS])
    except SheetError:
        return None
