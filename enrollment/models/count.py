"""How many households are insured where, and how often roster and insured have changed, kept by the database; and
figures kept with the change up to which they hold."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from enrollment.models.words import Category
from enrollment.models.year import Agreement
from jincheng_insurance.access.models import Region
from jincheng_insurance.access.roles import Act
from jincheng_insurance.access.scope import Scope, ScopedManager
from jincheng_insurance.audit.derived import Derived


class HouseholdCount(Derived):
    """How many insured households of one agreement are of one category and, on the roster, of one township.

    Triggers add a row for each change, in its transaction, and periodic folding brings them into one for each key;
    between two foldings a key has several rows, below zero too, and their sum is exact at any moment. A key whose
    sum is zero may outlast its township: that no household stands where there is none, the roster sees to."""

    scope: ClassVar = Scope(Act.VIEW_INSURED, county="agreement__county", insurer="agreement__insurer")

    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="household_counts")
    township = models.ForeignKey(Region, models.DO_NOTHING, null=True, related_name="+", db_constraint=False)
    category = models.CharField(max_length=20, choices=Category)
    number = models.IntegerField()
    folded = models.BooleanField(default=False)

    objects = ScopedManager()

    class Meta:
        verbose_name = "number of households"
        constraints = (
            models.UniqueConstraint(
                fields=("agreement", "township", "category"),
                condition=Q(folded=True),
                nulls_distinct=False,
                name="household_count_folded_once",
            ),
        )
        indexes = (
            # What the next folding takes.
            models.Index(fields=["id"], name="household_count_to_fold", condition=Q(folded=False)),
        )

    def __str__(self) -> str:
        return f"{self.agreement_id} {self.township_id} {self.category} {self.number}"


class ChangeCount(Derived):
    """How often the insured of a county have changed or, without a county, the roster. Triggers add a row for each
    statement that changes either, in its transaction, and periodic folding brings them into one. As a sum it doesn't
    care in which order transactions commit: whoever sees the same sum sees the same roster and insured."""

    county = models.ForeignKey(Region, models.PROTECT, null=True, related_name="+")
    number = models.BigIntegerField()

    class Meta:
        verbose_name = "number of changes"

    def __str__(self) -> str:
        return f"{self.county_id} {self.number}"


class KeptFigures(models.Model):
    """Figures that take long to count, called `name`, of one agreement or county (`subject`, its key), as they are as
    long as `state` is the same: the number of changes, and whatever else they hang on. Worth nothing once it isn't, and
    never needed: whoever finds none counts."""

    name = models.CharField(max_length=20)
    subject = models.BigIntegerField()
    state = models.CharField(max_length=60)
    figures = models.JSONField()

    class Meta:
        verbose_name = "kept figures"
        constraints = (models.UniqueConstraint(fields=("name", "subject"), name="figures_kept_once"),)

    def __str__(self) -> str:
        return f"{self.name} {self.subject} {self.state}"
