"""Regions and insurers: where posts are held."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Region(models.Model):
    """One administrative place. The city, its counties and today's townships carry their official code; villages, and
    townships merged away that a roster still names, come with the roster and carry only a name."""

    class Level(models.TextChoices):
        CITY = "city", _("City")
        COUNTY = "county", _("County")
        TOWNSHIP = "township", _("Township")
        VILLAGE = "village", _("Village")

    code = models.CharField(_("code"), max_length=12, unique=True, null=True, blank=True)
    name = models.CharField(_("name"), max_length=60)
    level = models.CharField(_("level"), max_length=8, choices=Level)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")

    class Meta:
        verbose_name = _("region")
        ordering = ("code", "name")
        constraints = [
            models.UniqueConstraint(fields=("parent", "name"), name="region_name_once_per_parent"),
            models.CheckConstraint(
                condition=Q(level="city", parent=None) | (~Q(level="city") & Q(parent__isnull=False)),
                name="region_only_the_city_has_no_parent",
            ),
            models.CheckConstraint(
                condition=Q(level__in=("township", "village")) | Q(code__isnull=False),
                name="region_county_has_code",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Insurer(models.Model):
    """One of the companies chosen city-wide for 2026-2028 (R17)."""

    code = models.CharField(_("code"), max_length=20, unique=True)
    name = models.CharField(_("name"), max_length=80, unique=True)

    class Meta:
        verbose_name = _("insurer")
        ordering = ("code",)

    def __str__(self) -> str:
        return self.name
