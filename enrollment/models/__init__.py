"""Policy years and agreements, our mirror of the national monitoring roster, and the insured (R1-R3, R17)."""

from enrollment.models.count import ChangeCount, HouseholdCount, KeptFigures
from enrollment.models.history import HISTORIES
from enrollment.models.imports import (
    ParticipationImport,
    ParticipationRow,
    RosterChange,
    RosterDifference,
    RosterPlace,
    RosterReach,
)
from enrollment.models.insured import InsuredHousehold, InsuredPerson, Withdrawable
from enrollment.models.move import HouseholdMove
from enrollment.models.payee import PayeeAccount
from enrollment.models.roster import (
    ColumnMapping,
    RosterHousehold,
    RosterImport,
    RosterPerson,
    RosterRow,
    UnplacedSheet,
)
from enrollment.models.words import MONITORED, NEWBORN_WITHIN, BasicInsurance, Category, Relation
from enrollment.models.year import Agreement, PolicyTerm, PolicyYear

__all__ = [
    "HISTORIES",
    "MONITORED",
    "NEWBORN_WITHIN",
    "Agreement",
    "BasicInsurance",
    "Category",
    "ChangeCount",
    "ColumnMapping",
    "HouseholdCount",
    "HouseholdMove",
    "InsuredHousehold",
    "InsuredPerson",
    "KeptFigures",
    "ParticipationImport",
    "ParticipationRow",
    "PayeeAccount",
    "PolicyTerm",
    "PolicyYear",
    "Relation",
    "RosterChange",
    "RosterDifference",
    "RosterHousehold",
    "RosterImport",
    "RosterPerson",
    "RosterPlace",
    "RosterReach",
    "RosterRow",
    "UnplacedSheet",
    "Withdrawable",
]
