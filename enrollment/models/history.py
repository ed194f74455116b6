"""The history of persons, of what they are insured under, of payee accounts, and of agreements and terms. What an
import changes of a person is logged field by field too (`RosterChange`); of households that log is all."""

from enrollment.models.insured import InsuredHousehold, InsuredPerson
from enrollment.models.payee import PayeeAccount
from enrollment.models.roster import RosterPerson
from enrollment.models.year import Agreement, PolicyTerm
from jincheng_insurance.audit.history import history_of

TRACKED = (RosterPerson, InsuredHousehold, InsuredPerson, PayeeAccount, Agreement, PolicyTerm)
HISTORIES = tuple(history_of(model, without=("seen_in",)) for model in TRACKED)
