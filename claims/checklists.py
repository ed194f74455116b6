"""Which papers each kind of claim needs, as data: the rule or section behind each, so that nobody asks for more."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from claims.models import Care, Cause, Claim, DocumentKind


class Case(models.TextChoices):
    """What kind of event a claim is about, as far as its papers go."""

    INPATIENT = "inpatient", _("Inpatient care")
    OUTPATIENT = "outpatient", _("Outpatient care")
    DISASTER = "disaster", _("Natural disaster")
    THEFT = "theft", _("Theft")


@dataclass(frozen=True, slots=True)
class Paper:
    """One paper that is needed, by which rule, and what it has to show."""

    kind: DocumentKind
    rule: str
    purpose: Promise

    @property
    def label(self) -> str:
        return str(self.kind.label)


IDENTITY = Paper(DocumentKind.IDENTITY_CARD, "R2", _("who is insured; both sides"))
BANK = Paper(DocumentKind.BANK_CARD, "R26", _("where the money goes; in the insured's own name"))
INVOICE = Paper(DocumentKind.INVOICE, "R10", _("the original bill with its number"))
SETTLEMENT = Paper(DocumentKind.SETTLEMENT, "R6", _("what medical insurance and others have paid"))
LOSSES = Paper(DocumentKind.LOSS_LIST, "R14", _("what was lost and what it was worth, signed by all three"))
PHOTOGRAPHS = Paper(DocumentKind.PHOTOGRAPH, "R14", _("the damage as it was found"))
CERTIFICATE = Paper(DocumentKind.VILLAGE_CERTIFICATE, "R14", _("that and when the event happened"))

ON_OCCASION = (
    Paper(DocumentKind.RELATION, "R26", _("that whoever is paid instead may take the money for the insured")),
    Paper(DocumentKind.OTHER, "R26", _("what the note says")),
)
CHECKLISTS: dict[Case, tuple[Paper, ...]] = {
    Case.INPATIENT: (
        IDENTITY,
        BANK,
        INVOICE,
        SETTLEMENT,
        Paper(DocumentKind.DISCHARGE, "R9", _("admission, discharge and diagnosis")),
    ),
    Case.OUTPATIENT: (
        IDENTITY,
        BANK,
        INVOICE,
        SETTLEMENT,
        Paper(DocumentKind.OUTPATIENT_RECORD, "R9", _("day and reason of the visit")),
    ),
    Case.DISASTER: (IDENTITY, BANK, LOSSES, PHOTOGRAPHS, CERTIFICATE),
    Case.THEFT: (
        IDENTITY,
        BANK,
        LOSSES,
        PHOTOGRAPHS,
        CERTIFICATE,
        Paper(DocumentKind.POLICE_REPORT, "R13", _("that the theft was reported")),
        Paper(
            DocumentKind.POLICE_FINDING, "R13", _("that nobody responsible was found, or none who can pay")
        ),
    ),
}


def needed_papers(cases: Iterable[Case]) -> list[Paper]:
    """What these cases need together, each paper once, in the order of the lists."""
    needed: dict[DocumentKind, Paper] = {}
    for case in cases:
        for paper in CHECKLISTS[case]:
            needed.setdefault(paper.kind, paper)
    return list(needed.values())


def askable_papers(claim: Claim) -> list[Paper]:
    """What may be asked for on a claim: the papers of what it is about (of a medical claim without a bill yet, of every
    kind of care), and those that only some claims need."""
    cases = cases_of(claim)
    if not claim.is_property and not claim.bills.filter(standing=True).exists():
        cases = [Case.INPATIENT, Case.OUTPATIENT]
    return [*needed_papers(cases), *ON_OCCASION]


def papers_of_cover(claim: Claim) -> set[DocumentKind]:
    """Every kind of paper that a claim of this cover can need."""
    cases = (Case.DISASTER, Case.THEFT) if claim.is_property else (Case.INPATIENT, Case.OUTPATIENT)
    return {paper.kind for paper in (*needed_papers(cases), *ON_OCCASION)}


def cases_of(claim: Claim) -> list[Case]:
    """What a claim is about: by the care of its standing bills; before there is one, a stay in hospital, which needs
    most. A property claim by what brought its loss about."""
    if claim.is_property:
        return [Case.THEFT if claim.loss.cause == Cause.THEFT else Case.DISASTER]
    cares = set(claim.bills.filter(standing=True).values_list("care", flat=True))
    return [Case(care) for care in Care.values if care in cares] or [Case.INPATIENT]
