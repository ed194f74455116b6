"""Kinds of household, participation in basic insurance, relations: the words that rows are written in (R1, R5)."""

import datetime

from django.db import models
from django.utils.translation import gettext_lazy as _


class Category(models.TextChoices):
    """What kind of household the roster lists (R1)."""

    OUT_OF_POVERTY = "OUT_OF_POVERTY", _("Out-of-poverty household")
    MARGINAL = "MARGINAL", _("Marginal household")
    SEVERE_DIFFICULTY = "SEVERE_DIFFICULTY", _("Severe-difficulty household")


MONITORED = (Category.MARGINAL, Category.SEVERE_DIFFICULTY)
NEWBORN_WITHIN = datetime.timedelta(days=731)


class BasicInsurance(models.TextChoices):
    """Participation in basic medical insurance (R5)."""

    RESIDENT = "resident", _("Resident insurance")
    EMPLOYEE = "employee", _("Employee insurance")
    NONE = "none", _("Not insured")
    UNKNOWN = "unknown", _("Unknown")


class Relation(models.TextChoices):
    """Who a person is to the head of the household."""

    HEAD = "HEAD", _("Head")
    SPOUSE = "SPOUSE", _("Spouse")
    SON = "SON", _("Son")
    DAUGHTER = "DAUGHTER", _("Daughter")
    SON_IN_LAW = "SON_IN_LAW", _("Son-in-law")
    DAUGHTER_IN_LAW = "DAUGHTER_IN_LAW", _("Daughter-in-law")
    FATHER = "FATHER", _("Father")
    MOTHER = "MOTHER", _("Mother")
    PARENT_IN_LAW = "PARENT_IN_LAW", _("Parent-in-law")
    GRANDCHILD = "GRANDCHILD", _("Grandchild")
    GRANDPARENT = "GRANDPARENT", _("Grandparent")
    SIBLING = "SIBLING", _("Sibling")
    OTHER = "OTHER", _("Other")
