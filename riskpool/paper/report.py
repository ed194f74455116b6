"""专题报告 and 调查报告: a report already filled with the agreement's figures; the writer adds causes, measures and the
forecast (R21)."""

import datetime
from decimal import Decimal

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from enrollment.selectors import terms_of
from jincheng_insurance.scheme.loss_ratio import LossRatio
from jincheng_insurance.web.formats import day, month, yuan
from jincheng_insurance.web.paper import Block, Cell, Chart, Facts, Paper, Table, Text, in_chinese
from riskpool.models import Duty
from riskpool.selectors.report import ReportFigures, report_figures
from riskpool.texts import bounds

TO_BE_WRITTEN = "________________"


@in_chinese
def duty_report(duty: Duty) -> Paper:
    """The report of a duty as the figures stand today, with the sections as far as they are written. It names no
    person: places, diagnoses that several share, and sums only."""
    figures = report_figures(duty.agreement, until=timezone.localdate())
    agreement = duty.agreement
    title = f"{agreement.county.name}{duty.get_kind_display()}"
    blocks: list[Block] = [
        Facts(_about(duty)),
        Facts(_enrolment(figures), heading=_("Enrolment and premium")),
        _coverages(figures),
        *_trend(figures),
        _largest(figures),
        _places(figures),
        _causes(figures),
    ]
    headings = {
        "causes": _("Analysis of the causes"),
        "measures": _("Measures"),
        "forecast": _("Forecast for the rest of the year"),
    }
    for name, heading in headings.items():
        written = getattr(duty, name).splitlines()
        blocks.append(
            Text(tuple(line for line in written if line.strip()) or (TO_BE_WRITTEN,), heading=heading)
        )
    return Paper(
        title=title,
        number=f"{agreement.policy_year_id} · {agreement.number}",
        file_name=f"{title}-{agreement.policy_year_id}",
        blocks=tuple(blocks),
        closing=(_author(duty), day(figures.until)),
    )


def _author(duty: Duty) -> str:
    if duty.kind == Duty.Kind.SPECIAL_REPORT:
        return duty.agreement.insurer.name
    return duty.agreement.county.name


def percent_text(ratio: LossRatio) -> str:
    return f"{ratio.percent}%" if ratio.percent is not None else _("not applicable")


def _about(duty: Duty) -> tuple[tuple[str, str], ...]:
    agreement, alert = duty.agreement, duty.alert
    then = LossRatio(incurred=alert.incurred, net_premium=alert.net_premium)
    return (
        (_("County"), agreement.county.name),
        (_("Insurer and agreement"), f"{agreement.insurer}（{agreement}）"),
        (
            _("Period"),
            _("From 1 January %(year)s to the day of this report") % {"year": agreement.policy_year_id},
        ),
        (_("Alert"), _("loss ratio above %(level)s%%") % {"level": alert.level}),
        (_("Fired"), f"{day(alert.fired_at)}，{percent_text(then)}"),
        (_("Report due on"), day(duty.due_on)),
    )


def _enrolment(figures: ReportFigures) -> tuple[tuple[str, str], ...]:
    sides = figures.sides
    due = sum((side.due for side in sides), Decimal("0.00"))
    paid = sum((side.paid for side in sides), Decimal("0.00"))
    rows = [
        (_("Insured households"), f"{figures.households:,d}"),
        (_("Insured persons"), f"{figures.persons:,d}"),
        (_("Premium due (yuan)"), yuan(due)),
        (_("Premium received (yuan)"), yuan(paid)),
        (_("Net premium (yuan)"), yuan(figures.pool.net_premium)),
        (_("Incurred (yuan)"), yuan(figures.pool.ratio.incurred)),
        (_("Simple loss ratio"), percent_text(figures.pool.ratio)),
    ]
    return tuple(rows)


def _coverages(figures: ReportFigures) -> Table:
    columns = (_("Coverage"), _("Claims"), pgettext("of a claim", "Paid"), _("Outstanding"), _("Incurred"))
    rows: list[tuple[Cell, ...]] = [
        (line.coverage, line.claims, line.paid, line.reserves, line.paid + line.reserves)
        for line in figures.coverages
    ]
    zero = Decimal("0.00")
    paid = sum((line.paid for line in figures.coverages), zero)
    reserves = sum((line.reserves for line in figures.coverages), zero)
    count = sum(line.claims for line in figures.coverages)
    return Table(
        columns,
        tuple(rows),
        heading=_("Paid and outstanding by coverage (yuan)"),
        total=(_("Total"), count, paid, reserves, paid + reserves),
    )


def _trend(figures: ReportFigures) -> tuple[Block, Block]:
    """The cumulative ratio at the end of each month, drawn and as a table."""
    labels = tuple(
        month(datetime.date(figures.agreement.policy_year_id, number, 1))
        for number, _ratio in enumerate(figures.year.ratios, 1)
    )
    levels = terms_of(figures.agreement.policy_year_id).alert_levels
    drawn = Chart(
        labels=labels,
        series=((_("Loss ratio"), tuple(ratio.percent for ratio in figures.year.ratios)),),
        bounds=tuple(bounds(levels)),
        unit="%",
        heading=_("Trend of the loss ratio over the year"),
    )
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (label, ratio.incurred, ratio.net_premium, percent_text(ratio))
        for label, ratio in zip(labels, figures.year.ratios, strict=True)
    )
    columns = (_("Up to"), _("Incurred"), _("Net premium"), _("Loss ratio"))
    return drawn, Table(columns, rows, heading=_("Trend, cumulative by month (yuan)"))


def _largest(figures: ReportFigures) -> Table:
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (str(place), line.place, line.coverage, day(line.reported_on), line.incurred)
        for place, line in enumerate(figures.largest, 1)
    )
    columns = (_("No."), _("Village"), _("Coverage"), _("Reported on"), _("Incurred"))
    return Table(columns, rows, heading=_("Largest claims (yuan, without personal data)"))


def _places(figures: ReportFigures) -> Table:
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (line.place, line.claims, line.incurred) for line in figures.places
    )
    columns = (_("Village"), _("Claims"), _("Incurred"))
    return Table(columns, rows, heading=_("Villages with the highest losses (yuan)"))


def _causes(figures: ReportFigures) -> Table:
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (line.name or _("Others, and not stated"), line.claims, line.incurred) for line in figures.causes
    )
    columns = (_("Diagnosis or peril"), _("Claims"), _("Incurred"))
    return Table(columns, rows, heading=_("Causes that at least three claims share (yuan)"))
