"""The record of acts: who did what to which row, when, from where and why. Rows are only added."""

from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from jincheng_insurance.access.roles import Act
from jincheng_insurance.access.scope import Scope, ScopedManager
from jincheng_insurance.audit.append_only import AppendOnly


class AuditRecord(AppendOnly):
    """One act. `facts` says what changed, before and after; personal numbers appear in it only masked. `mac` is the
    product's own mark under the audit key: a row that somebody else adds has none."""

    scope: ClassVar = Scope(Act.VIEW_AUDIT, county="county")

    at = models.DateTimeField(_("time"), default=timezone.now, db_index=True)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, verbose_name=_("who"))
    act = models.CharField(_("act"), max_length=40)
    object_type = models.CharField(max_length=60)
    object_id = models.CharField(max_length=40)
    county = models.ForeignKey("access.Region", models.PROTECT, null=True, verbose_name=_("county"))
    facts = models.JSONField(_("facts"), default=dict)
    reason = models.TextField(_("reason"), blank=True)
    address = models.GenericIPAddressField(_("from address"), null=True)
    request_id = models.CharField(max_length=36, blank=True)
    mac = models.BinaryField(null=True)

    objects = ScopedManager()

    class Meta:
        verbose_name = _("audit record")
        ordering = ("-id",)
        indexes = (
            models.Index(fields=["object_type", "object_id"], name="audit_of_object"),
            models.Index(fields=["act", "-id"], name="audit_by_act"),
            models.Index(fields=["request_id"], name="audit_of_request"),
            # what names an object in its facts: the acts on a claim's bills, say
            GinIndex(fields=["facts"], name="audit_by_facts", opclasses=["jsonb_path_ops"]),
        )

    def __str__(self) -> str:
        return f"{self.act} {self.object_type} {self.object_id}"


class AuditSeal(AppendOnly):
    """One link of the chain: the rows that were added to append-only tables since the seal before, under the audit key.
    `mac` covers the parts' digests and the mac of the seal before, so that no seal can be left out or made anew."""

    number = models.PositiveBigIntegerField(unique=True)
    at = models.DateTimeField()
    parts_digest = models.BinaryField()
    previous = models.BinaryField()
    mac = models.BinaryField()

    class Meta:
        verbose_name = "audit seal"
        ordering = ("number",)

    def __str__(self) -> str:
        return str(self.number)


class SealPart(AppendOnly):
    """What a seal covers of one table: the keys, as ranges of keys that stood there without a gap, and a mark of 16
    bytes for each row in the order of keys, made of the named fields."""

    seal = models.ForeignKey(AuditSeal, models.PROTECT, related_name="parts")
    table = models.CharField(max_length=63)
    fields = models.JSONField()
    ranges = models.JSONField()
    last = models.BigIntegerField()
    marks = models.BinaryField()

    class Meta:
        verbose_name = "part of an audit seal"
        ordering = ("id",)
        indexes = (models.Index(fields=["table", "last"], name="seal_part_by_table"),)

    def __str__(self) -> str:
        return f"{self.seal_id} {self.table}"
