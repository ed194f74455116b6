"""How many claims stand where, kept by the database (R19's ledger has its own sums)."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from enrollment.models import Agreement
from jincheng_insurance.access.roles import Act
from jincheng_insurance.access.scope import Scope, ScopedManager
from jincheng_insurance.audit.derived import Derived


class ClaimCount(Derived):
    """How many claims of one agreement stand at one stage: their state, or `unpaid` where nothing was to be paid.

    Triggers add a row for each change, in its transaction; from time to time those rows are folded into one for each
    key. Between two foldings a key has several rows, below zero too, and their sum is exact at any moment."""

    scope: ClassVar = Scope(Act.VIEW_CLAIM, county="agreement__county", insurer="agreement__insurer")

    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="claim_counts")
    stage = models.CharField(max_length=10)
    number = models.IntegerField()
    folded = models.BooleanField(default=False)

    objects = ScopedManager()

    class Meta:
        verbose_name = "number of claims"
        constraints = (
            models.UniqueConstraint(
                fields=("agreement", "stage"), condition=Q(folded=True), name="claim_count_folded_once"
            ),
        )
        indexes = (
            # What the next folding takes.
            models.Index(fields=["id"], name="claim_count_to_fold", condition=Q(folded=False)),
        )

    def __str__(self) -> str:
        return f"{self.agreement_id} {self.stage} {self.number}"
