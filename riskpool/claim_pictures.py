"""Charts of how far claims have come and how old the open ones are, each with the table of figures beneath it."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from claims.selectors.funnel import OpenClaims, counted, together
from claims.stages import ASIDE, BANDS, FUNNEL
from enrollment.models import Agreement
from jincheng_insurance.web.charts import Bar, Stack, bar_chart, stack_chart
from jincheng_insurance.web.formats import count, percent
from riskpool.list_links import ListLinks
from riskpool.pictures import Figure, Picture

Counts = Mapping[int, dict[str, int]]
GROUPS = FUNNEL | ASIDE
# What the list of claims calls a group: one of its own, or a plain state.
STATES = {name: "" if name == "all" else name for name in GROUPS}


def funnel_picture(pool: Sequence[Agreement], counts: Counts, links: ListLinks) -> Picture:
    """A bar for each step, of all that have come so far or further; beneath it every agreement's figures."""
    title = _("How far claims have come")
    whole = counted(counts.values(), FUNNEL["all"].stages)
    bars = []
    for group in GROUPS.values():
        number = counted(counts.values(), group.stages)
        share = percent(Decimal(number) / whole) if whole else ""
        bars.append(Bar(str(group.label), Decimal(number), display=count(number), note=share))

    rows = [
        [
            named,
            *(
                Figure(
                    count(counted((counts[agreement.pk] for agreement in of), group.stages)),
                    links.claims(**where, **({"state": STATES[name]} if STATES[name] else {})),
                )
                for name, group in GROUPS.items()
            ),
        ]
        for named, of, where in _rows(pool)
    ]
    head = [_("County or insurer"), *(str(group.label) for group in GROUPS.values())]
    return Picture(title, bar_chart(title=title, bars=bars), head, rows)


def ageing_picture(pool: Sequence[Agreement], claims: Mapping[int, OpenClaims], links: ListLinks) -> Picture:
    """A bar of open claims for each agreement, cut by age; beneath it the same figures and the deadlines missed."""
    title = _("Open claims by age")
    stacks = [
        Stack(
            agreement.county.name,
            [(Decimal(number), count(number)) for number in claims[agreement.pk].bands],
            count(claims[agreement.pk].total),
        )
        for agreement in pool
    ]
    keys = [str(band.label) for band in BANDS]

    rows: list[list[Any]] = []
    for named, of, where in _rows(pool):
        found = together(claims[agreement.pk] for agreement in of)
        ages = [
            Figure(count(number), links.claims(**where, clock=f"age_{band.name}"))
            for band, number in zip(BANDS, found.bands, strict=True)
        ]
        rows.append(
            [
                named,
                *ages,
                Figure(count(found.total), links.claims(**where, state="open")),
                Figure(count(found.back), links.claims(**where, state="back")),
                Figure(count(found.overdue), links.claims(**where, clock="overdue")),
            ]
        )
    head = [_("County or insurer"), *keys, _("Open claims"), _("Back at the adjuster"), _("Payment overdue")]
    return Picture(title, stack_chart(title=title, keys=keys, stacks=stacks), head, rows)


def _rows(pool: Sequence[Agreement]) -> list[tuple[str, Sequence[Agreement], dict[str, str]]]:
    """The rows of a table: each agreement by its county, all together, and each insurer where there are several; with
    what the list of claims is narrowed to."""
    rows: list[tuple[str, Sequence[Agreement], dict[str, str]]] = [
        (agreement.county.name, [agreement], {"county": str(agreement.county_id)}) for agreement in pool
    ]
    if len(pool) > 1:
        rows.append((_("Together"), pool, {}))
    insurers = {agreement.insurer_id: agreement.insurer.name for agreement in pool}
    for key, name in insurers.items() if len(insurers) > 1 else ():
        of = [agreement for agreement in pool if agreement.insurer_id == key]
        rows.append((name, of, {"insurer": str(key)}))
    return rows
