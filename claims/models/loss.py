"""A household's loss: what brought it about, what was lost, and who signed the assessment (R12-R14)."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from claims.models.claim import MOST, Claim


class Cause(models.TextChoices):
    """What brought a loss about (R12). Fire pays only where the city has ruled so."""

    NATURAL_DISASTER = "natural_disaster", _("Natural disaster")
    THEFT = "theft", _("Theft")
    FIRE = "fire", _("Fire or explosion, not caused by a disaster")
    OTHER = "other", _("Another cause")


class Finding(models.TextChoices):
    """What was found about a party responsible for a theft (R13)."""

    NONE_FOUND = "none_found", _("Nobody responsible found")
    CANNOT_PAY = "cannot_pay", _("Found, but can't pay")
    FOUND = "found", _("Found, and can pay")


class PropertyLoss(models.Model):
    """What happened to a household's property: one event of one claim. The items are the assessed loss; the three
    sign-offs stand for exactly that sum."""

    claim = models.OneToOneField(Claim, models.PROTECT, related_name="loss")
    cause = models.CharField(_("cause"), max_length=16, choices=Cause)
    peril = models.CharField(_("natural disaster"), max_length=40, blank=True)
    lost_on = models.DateField(_("date of the loss"))
    place = models.CharField(_("place"), max_length=120, blank=True)
    recovered = models.DecimalField(_("recovered from others"), max_digits=12, decimal_places=2, default=0)
    police_report = models.CharField(_("number of the police report"), max_length=60, blank=True)
    police_station = models.CharField(_("police station"), max_length=80, blank=True)
    police_report_on = models.DateField(_("date of the police report"), null=True, blank=True)
    finding = models.CharField(_("finding on who is responsible"), max_length=10, choices=Finding, blank=True)

    class Meta:
        verbose_name = _("loss")
        constraints = (
            models.CheckConstraint(
                condition=Q(recovered__gte=0, recovered__lt=MOST), name="loss_recovered_in_bounds"
            ),
            models.CheckConstraint(
                condition=Q(cause="natural_disaster") & ~Q(peril="")
                | ~Q(cause="natural_disaster") & Q(peril=""),
                name="loss_disaster_is_named",
            ),
        )

    def __str__(self) -> str:
        return f"{self.claim_id} {self.cause}"


class LossItem(models.Model):
    """One thing lost or damaged, with its loss in yuan. Never edited: an item taken back stands no longer."""

    class Kind(models.TextChoices):
        """What the cover takes in (R12)."""

        DWELLING = "dwelling", _("Dwelling and fixtures")
        DECORATION = "decoration", _("Interior decoration")
        APPLIANCE = "appliance", _("Home appliances")
        INDOOR = "indoor", _("Other indoor property")
        MACHINERY = "machinery", _("Farm machinery")
        TOOL = "tool", _("Tools")
        MATERIAL = "material", _("Production materials")
        PRODUCE = "produce", _("Grain and produce")

    loss = models.ForeignKey(PropertyLoss, models.PROTECT, related_name="items")
    kind = models.CharField(_("kind of property"), max_length=10, choices=Kind)
    name = models.CharField(_("what"), max_length=80)
    quantity = models.DecimalField(_("quantity"), max_digits=10, decimal_places=2)
    unit = models.CharField(_("unit"), max_length=10)
    amount = models.DecimalField(_("assessed loss"), max_digits=12, decimal_places=2)
    standing = models.BooleanField(default=True)
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    entered_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("item of the loss")
        ordering = ("id",)
        constraints = (
            models.CheckConstraint(
                condition=Q(amount__gte=0, amount__lt=MOST, quantity__gt=0, quantity__lt=10**8),
                name="loss_item_in_bounds",
            ),
        )

    def __str__(self) -> str:
        return f"{self.loss_id}/{self.pk}"


class SignOff(models.Model):
    """One party's signature under the assessed sum (R14). It stands until the sum changes."""

    class Party(models.TextChoices):
        VILLAGE = "village", _("Village committee")
        INSURED = "insured", _("Insured person")
        INSURER = "insurer", _("Insurer")

    loss = models.ForeignKey(PropertyLoss, models.PROTECT, related_name="sign_offs")
    party = models.CharField(_("party"), max_length=8, choices=Party)
    signed_by = models.CharField(_("name of who signed"), max_length=40)
    authority = models.CharField(_("authority of the agent"), max_length=120, blank=True)
    on = models.DateField(_("signed on"))
    assessed = models.DecimalField(_("sum signed for"), max_digits=12, decimal_places=2)
    standing = models.BooleanField(default=True)
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    entered_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("sign-off")
        ordering = ("id",)
        constraints = (
            models.UniqueConstraint(
                fields=("loss", "party"), condition=Q(standing=True), name="sign_off_once_a_party"
            ),
            models.CheckConstraint(
                condition=Q(authority="") | Q(party="insured"),
                name="sign_off_agent_for_the_insured",
            ),
        )

    def __str__(self) -> str:
        return f"{self.loss_id} {self.party}"
