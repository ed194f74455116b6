"""The record of acts: who did what to which row, when, from where and why. Rows are only added."""

from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.utils.translation import gettext_lazy as _

from jincheng_insurance.access.roles import Act
from jincheng_insurance.access.scope import Scope, ScopedManager
from jincheng_insurance.audit.append_only import AppendOnly


class AuditRecord(AppendOnly):
    """One act. `facts` says what changed, before and after; personal numbers appear in it only masked."""

    scope: ClassVar = Scope(Act.VIEW_AUDIT, county="county")

    at = models.DateTimeField(_("time"), auto_now_add=True, db_index=True)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, verbose_name=_("who"))
    act = models.CharField(_("act"), max_length=40)
    object_type = models.CharField(max_length=60)
    object_id = models.CharField(max_length=40)
    county = models.ForeignKey("access.Region", models.PROTECT, null=True, verbose_name=_("county"))
    facts = models.JSONField(_("facts"), default=dict)
    reason = models.TextField(_("reason"), blank=True)
    address = models.GenericIPAddressField(_("from address"), null=True)
    request_id = models.CharField(max_length=36, blank=True)

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
