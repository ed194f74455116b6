"""Which of enrollment's columns are sealed, and which find a person or an account by its number."""

from django.db import transaction

from enrollment.models import RosterImport, RosterRow
from jincheng_insurance.access.sealed_columns import IndexedColumn, SealedColumn

PERSON, HOUSEHOLD, ACCOUNT = (
    "enrollment_rosterperson",
    "enrollment_rosterhousehold",
    "enrollment_payeeaccount",
)
NUMBER = SealedColumn("enrollment.RosterPerson", "id_number_sealed", PERSON, "id_number")
PAYEE = SealedColumn("enrollment.PayeeAccount", "account_sealed", ACCOUNT, "account")


def _telephones(model: str, field: str) -> tuple[SealedColumn, SealedColumn]:
    """A cell before or after a change: a person's telephone, or the household's where no person is named."""
    person, household = {"person_key__isnull": False}, {"person_key__isnull": True}
    return (
        SealedColumn(model, field, PERSON, "telephone", "person_key", person),
        SealedColumn(model, field, HOUSEHOLD, "telephone", "household_key", household),
    )


# Staged rows and changes first: a telephone that is compared with theirs is then sealed anew soonest after them.
SEALED = (
    SealedColumn("enrollment.RosterRow", "id_number_sealed", PERSON, "id_number", "person_key"),
    SealedColumn("enrollment.RosterRow", "telephone_sealed", PERSON, "telephone", "person_key"),
    SealedColumn(
        "enrollment.RosterRow", "household_telephone_sealed", HOUSEHOLD, "telephone", "household_key"
    ),
    *_telephones("enrollment.RosterDifference", "old_sealed"),
    *_telephones("enrollment.RosterDifference", "new_sealed"),
    *_telephones("enrollment.RosterChange", "old_sealed"),
    *_telephones("enrollment.RosterChange", "new_sealed"),
    SealedColumn("enrollment.RosterHousehold", "telephone_sealed", HOUSEHOLD, "telephone"),
    SealedColumn("enrollment.RosterPerson", "telephone_sealed", PERSON, "telephone"),
    NUMBER,
    PAYEE,
)
INDEXED = (IndexedColumn("id_number_index", NUMBER), IndexedColumn("account_index", PAYEE))


@transaction.atomic
def check_imports_anew() -> None:
    """Under another index key, staged rows of imports that wait are staged afresh from their kept workbooks; of the
    others, nobody asks for the index any more."""
    states = RosterImport.State
    waiting = RosterImport.objects.filter(state__in=(states.CHECKING, states.CHECKED, states.APPLYING))
    RosterRow.objects.filter(roster_import__in=waiting).delete()
    waiting.update(state=states.QUEUED, attempts=0)
    RosterRow.objects.exclude(id_number_index=None).update(id_number_index=None)
