"""The statement of a settlement as a paper, for the parties to sign (R23, R24)."""

from decimal import Decimal

from django.utils.translation import gettext as _

from jincheng_insurance.scheme.money import ZERO
from jincheng_insurance.web.capitals import capitals
from jincheng_insurance.web.formats import day, moment, yuan
from jincheng_insurance.web.paper import Cell, Facts, Paper, Signatures, Table, Text, in_chinese
from riskpool.explanation import ShareLine, shares_in_words
from riskpool.models import SettlementDraft, SettlementLine
from riskpool.selectors.settlements import sums_of


@in_chinese
def settlement_paper(draft: SettlementDraft, lines: list[SettlementLine]) -> Paper:
    """A draft or version with those of its lines: the figures of each agreement, every sum due in figures and in
    capitals, and where the parties sign. What isn't confirmed says so in its title and number."""
    confirmed = getattr(draft, "settlement", None)
    words = {"year": draft.policy_year_id, "version": draft.version, "draft": draft.serial}
    facts = [
        (_("Policy year"), str(draft.policy_year_id)),
        (_("Ledgers as of"), day(draft.as_of)),
        (_("Put forward by"), str(draft.drafted_by or "—")),
    ]
    if confirmed is not None:
        facts.append((_("Confirmed by"), str(confirmed.confirmed_by)))
        facts.append((_("Confirmed on"), day(confirmed.confirmed_on)))
    facts.append((_("Digest (SHA-256)"), draft.digest))
    number = (
        _("Version %(version)s, confirmed")
        if confirmed
        else _("Version %(version)s, draft %(draft)s, not confirmed")
    )
    return Paper(
        title=(
            _("Settlement statement for %(year)s")
            if confirmed
            else _("Draft settlement statement for %(year)s")
        )
        % words,
        file_name=_("Settlement %(year)s-%(version)s-%(draft)s") % words,
        number=number % words,
        blocks=(
            Facts(tuple(facts)),
            _table(lines),
            *_sums_due(lines),
            Text(
                (
                    _(
                        "Amounts are in yuan. What is to be booked is what this version comes to beyond the versions"
                        " before it."
                    ),
                )
            ),
            Signatures(
                (
                    _("City rural revitalisation centre (seal)"),
                    _("City finance bureau (seal)"),
                    _("County rural revitalisation centre (seal)"),
                    _("County finance bureau (seal)"),
                    _("Insurer (seal)"),
                )
            ),
        ),
        closing=(_("Drafted %(moment)s") % {"moment": moment(draft.drafted_at)},),
    )


def _table(lines: list[SettlementLine]) -> Table:
    """A line an agreement; the refund's columns only where there is one, which is after the last year."""
    sums = sums_of(lines)
    titles = {
        "carry_city": _("Carry-forward, city"),
        "carry_county": _("Carry-forward, county"),
        "excess_city": _("Excess, city"),
        "excess_county": _("Excess, county"),
    }
    if sums.refund:
        titles |= {"refund_city": _("Refund, city"), "refund_county": _("Refund, county")}
    totals = tuple(sum((getattr(line, name) for line in lines), ZERO) for name in titles)
    return Table(
        columns=(
            _("County"),
            _("Insurer"),
            _("Agreement"),
            _("Net premium"),
            _("Incurred"),
            _("Loss ratio"),
            *titles.values(),
        ),
        rows=tuple(_row(line, tuple(titles)) for line in lines),
        heading=_("Line by line"),
        total=(_("Total"), "", "", sums.net_premium, sums.incurred, "", *totals),
    )


def _row(line: SettlementLine, names: tuple[str, ...]) -> tuple[Cell, ...]:
    figures = sums_of([line])
    ratio = f"{figures.ratio.percent}%" if figures.ratio.applicable else _("not applicable")
    amounts: tuple[Decimal, ...] = tuple(getattr(line, name) for name in names)
    return (
        line.county.name,
        line.agreement.insurer.name,
        line.agreement.number,
        figures.net_premium,
        figures.incurred,
        ratio,
        *amounts,
    )


def _sums_due(lines: list[SettlementLine]) -> list[Facts]:
    """What is booked for each side of each agreement, in figures and capitals."""
    return [
        Facts(
            tuple((f"{share.label} · {share.side}", _in_both(share)) for share in shares),
            heading=_("%(county)s, %(insurer)s: to be booked")
            % {"county": line.county.name, "insurer": line.agreement.insurer.name},
        )
        for line in lines
        if (shares := [share for share in shares_in_words(line) if share.change])
    ]


def _in_both(share: ShareLine) -> str:
    words = {"amount": yuan(abs(share.change)), "capitals": capitals(abs(share.change))}
    if share.change < 0:
        return _("taken back: %(amount)s yuan (%(capitals)s)") % words
    return _("%(amount)s yuan (%(capitals)s)") % words
