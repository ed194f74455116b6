"""Compares checked rows with each other: one person in two households, heads, spouses, and what the members
of a household say about it."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from enrollment.roster.record import Relation, RosterRecord
from enrollment.roster.showing import shown
from jincheng_insurance.access.sealing import masked
from jincheng_insurance.sheets.problems import ERROR, WARNING, Problem, Severity

ProblemMaker = Callable[..., Problem]


class Draft(NamedTuple):
    """A row checked for itself. `record` is None when it is refused already; the rest is known as far as
    readable. `relation_said` and `kind_said` are the words that stand there."""

    sheet: str
    row: int
    household_code: str
    id_number: str
    relation: str
    problems: tuple[Problem, ...]
    record: RosterRecord | None
    relation_said: Any = ""
    kind_said: Any = ""

    def said(self, field: str) -> str:
        """What stands in the cell of a field that rows are compared by."""
        if field == "id_number":
            return masked(self.id_number)
        return shown(self.relation_said if field == "relation" else self.kind_said)


class Findings:
    """What comparing has found: problems by draft, and second rows of a person by the draft that carries
    them."""

    def __init__(self, problem_in: Callable[[str], ProblemMaker]) -> None:
        self.problems: dict[int, list[Problem]] = {}
        self.repeats: dict[int, int] = {}
        self._problem_in = problem_in

    def add(
        self, draft: Draft, index: int, field: str, code: str, severity: Severity, **params: object
    ) -> None:
        problem = self._problem_in(draft.sheet)(field, code, severity, **params)
        self.problems.setdefault(index, []).append(problem._replace(value=draft.said(field)))


class Household:
    """What the rows of one household say together."""

    __slots__ = ("differs", "facts", "heads", "spouses")

    def __init__(self) -> None:
        self.heads = 0
        self.spouses = 0
        self.facts: tuple[object, ...] | None = None
        self.differs = False

    def add(self, draft: Draft) -> None:
        if draft.relation == Relation.HEAD:
            self.heads += 1
        elif draft.relation == Relation.SPOUSE:
            self.spouses += 1
        record = draft.record
        if record is not None:
            facts = (record.category, record.listed_on, record.county_code)
            if self.facts is None:
                self.facts = facts
            elif self.facts != facts:
                self.differs = True


def compare_rows(drafts: Sequence[Draft], findings: Findings) -> None:
    """Find what is wrong between rows: first persons, so that one listed twice is one member; then
    households."""
    compare_persons(drafts, findings)
    compare_members(drafts, findings)


def compare_persons(drafts: Sequence[Draft], findings: Findings) -> None:
    """A person in two households is refused in both; one listed twice in the same household is taken once."""
    first: dict[str, int] = {}
    repeated: dict[str, list[int]] = {}
    for index, draft in enumerate(drafts):
        if draft.id_number and draft.household_code:
            earlier = first.setdefault(draft.id_number, index)
            if earlier != index:
                repeated.setdefault(draft.id_number, [earlier]).append(index)
    for indexes in repeated.values():
        if len({drafts[index].household_code for index in indexes}) > 1:
            refuse_all(drafts, indexes, findings)
        else:
            take_once(drafts, indexes, findings)


def refuse_all(drafts: Sequence[Draft], indexes: Sequence[int], findings: Findings) -> None:
    for index in indexes:
        draft = drafts[index]
        other = next(drafts[one] for one in indexes if drafts[one].household_code != draft.household_code)
        findings.add(
            draft,
            index,
            "id_number",
            "person_in_two_households",
            ERROR,
            household=other.household_code,
            sheet=other.sheet,
            row=other.row,
        )


def take_once(drafts: Sequence[Draft], indexes: Sequence[int], findings: Findings) -> None:
    """The first row that isn't refused carries the person; further good rows are warned of."""
    good = [index for index in indexes if drafts[index].record is not None]
    for index in good[1:]:
        kept = drafts[good[0]]
        findings.repeats[index] = good[0]
        findings.add(
            drafts[index], index, "id_number", "listed_twice", WARNING, sheet=kept.sheet, row=kept.row
        )


def compare_members(drafts: Sequence[Draft], findings: Findings) -> None:
    """Heads, spouses and household facts; a person's second row counts for nothing."""
    households: dict[str, Household] = {}
    for index, draft in enumerate(drafts):
        if not draft.household_code or index in findings.repeats:
            continue
        household = households.get(draft.household_code)
        if household is None:
            household = households[draft.household_code] = Household()
        household.add(draft)
    doubtful = {
        code: one for code, one in households.items() if one.heads != 1 or one.spouses > 1 or one.differs
    }
    if doubtful:
        for index, draft in enumerate(drafts):
            if draft.household_code in doubtful and index not in findings.repeats:
                warn_member(draft, index, doubtful[draft.household_code], findings)


def warn_member(draft: Draft, index: int, household: Household, findings: Findings) -> None:
    """What is doubtful in a household is said on the rows that would have to change."""
    code = draft.household_code
    if draft.relation and not household.heads:
        findings.add(draft, index, "relation", "no_head", WARNING, household=code)
    if household.heads > 1 and draft.relation == Relation.HEAD:
        findings.add(
            draft, index, "relation", "several_heads", WARNING, household=code, heads=household.heads
        )
    if household.spouses > 1 and draft.relation == Relation.SPOUSE:
        findings.add(
            draft, index, "relation", "several_spouses", WARNING, household=code, spouses=household.spouses
        )
    if household.differs:
        findings.add(draft, index, "household_kind", "household_differs", WARNING, household=code)
