"""The papers of a claim: what was handed in, and what was asked for (R13, R14, R25, R26)."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from claims.models.claim import Claim
from jincheng_insurance.access.roles import Act
from jincheng_insurance.access.scope import Scope, ScopedManager
from jincheng_insurance.audit.append_only import AppendOnly
from jincheng_insurance.web.uploads import MAX_FILE


class DocumentKind(models.TextChoices):
    """What a paper is."""

    IDENTITY_CARD = "identity_card", _("Identity card (copy)")
    BANK_CARD = "bank_card", _("Bank card or passbook (copy)")
    RELATION = "relation", _("Proof of the payee's relation or authority")
    INVOICE = "invoice", _("Medical invoice")
    SETTLEMENT = "settlement", _("Settlement list of medical insurance")
    DISCHARGE = "discharge", _("Discharge summary")
    OUTPATIENT_RECORD = "outpatient_record", _("Outpatient record")
    LOSS_LIST = "loss_list", _("List of losses")
    PHOTOGRAPH = "photograph", _("Photograph of the loss")
    VILLAGE_CERTIFICATE = "village_cert", _("Certificate of the village committee")
    POLICE_REPORT = "police_report", _("Police report")
    POLICE_FINDING = "police_finding", _("Police finding on who is responsible")
    OTHER = "other", _("Other paper")


class ClaimDocument(models.Model):
    """One paper of a claim, kept sealed outside the web root. It is never deleted: removing it leaves the row with who,
    when and why, and PostgreSQL refuses any other change. `sha256` is that of the file as it was uploaded (so that the
    same one isn't taken twice), `size` that of what is kept."""

    scope: ClassVar = Scope(Act.VIEW_CLAIM, county="claim__county", insurer="claim__agreement__insurer")

    class ContentType(models.TextChoices):
        PDF = "application/pdf", "PDF"
        JPEG = "image/jpeg", "JPG"
        PNG = "image/png", "PNG"

    claim = models.ForeignKey(Claim, models.PROTECT, related_name="documents")
    kind = models.CharField(_("kind"), max_length=20, choices=DocumentKind)
    file_name = models.CharField(_("file"), max_length=100)
    stored_as = models.CharField(max_length=64, unique=True)
    content_type = models.CharField(max_length=20, choices=ContentType)
    size = models.PositiveIntegerField(_("size"))
    sha256 = models.CharField(max_length=64)
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField(auto_now_add=True)
    removed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    removed_at = models.DateTimeField(null=True)
    removal_reason = models.CharField(max_length=200, blank=True)

    objects = ScopedManager()

    class Meta:
        verbose_name = _("claim document")
        ordering = ("id",)
        constraints = (
            models.UniqueConstraint(
                fields=("claim", "sha256"), condition=Q(removed_at=None), name="document_once_per_claim"
            ),
            models.CheckConstraint(
                condition=Q(size__gt=0, size__lte=MAX_FILE), name="document_size_in_bounds"
            ),
            models.CheckConstraint(
                condition=Q(removed_at=None, removed_by=None, removal_reason="")
                | (Q(removed_at__isnull=False, removed_by__isnull=False) & ~Q(removal_reason="")),
                name="document_removal_is_whole",
            ),
        )

    def __str__(self) -> str:
        return f"{self.claim_id}/{self.pk}"

    @property
    def is_image(self) -> bool:
        return self.content_type != self.ContentType.PDF


class DocumentRequest(AppendOnly):
    """The one list of papers that were missing when a claim was looked at; asked for once a round, whoever asks: a
    round begins when the claim is reported, and anew each time it is taken up again (R26)."""

    claim = models.ForeignKey(Claim, models.PROTECT, related_name="document_requests")
    round = models.PositiveSmallIntegerField()
    missing = models.JSONField(_("missing documents"))
    note = models.CharField(_("note"), max_length=300, blank=True)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("request for documents")
        ordering = ("id",)
        constraints = (models.UniqueConstraint(fields=("claim", "round"), name="documents_asked_for_once"),)

    def __str__(self) -> str:
        return f"{self.claim_id}/{self.round}"

    @property
    def labels(self) -> list[str]:
        """The missing papers by name."""
        return [str(DocumentKind(code).label) for code in self.missing]
