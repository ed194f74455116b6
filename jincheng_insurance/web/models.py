"""What people keep of the pages: their filters."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

LONGEST_NAME = 30


class SavedFilter(models.Model):
    """A filter of one list that somebody has given a name, for themselves alone. `page` is the list's address by name,
    `fields` what was asked for, by field: never a personal number. It is looked at anew each time it is opened."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    page = models.CharField(max_length=60)
    name = models.CharField(_("name"), max_length=LONGEST_NAME)
    fields = models.JSONField()
    saved_at = models.DateTimeField(_("saved"), auto_now_add=True)

    class Meta:
        verbose_name = _("saved filter")
        ordering = ("page", "name")
        constraints = (
            models.UniqueConstraint(fields=("owner", "page", "name"), name="saved_filter_named_once"),
        )

    def __str__(self) -> str:
        return self.name


class Draft(models.Model):
    """What one person has typed into a long form about one row and not sent yet, for themselves alone. `form` is the
    address by name that the form is sent to, `row` the key in it; the fields are sealed as a whole, since names,
    illnesses and numbers stand in them. Files are never kept."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    form = models.CharField(max_length=60)
    row = models.BigIntegerField()
    fields_sealed = models.BinaryField()
    kept_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("draft of a form")
        constraints = (models.UniqueConstraint(fields=("owner", "form", "row"), name="draft_once_per_form"),)

    def __str__(self) -> str:
        return f"{self.form} {self.row}"
