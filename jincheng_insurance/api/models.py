"""What the API remembers of requests: which acts were done under which key, and how often a token has asked."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class IdempotencyKey(models.Model):
    """One act asked for by a caller under a key of theirs. `attempt` is the fence: an act's own transaction moves the
    row from in flight to acted only for the attempt that holds it, so whoever was overtaken can't commit. `acted_on`
    names the row the act was on; the answer is stored once it has been rendered."""

    class State(models.TextChoices):
        IN_FLIGHT = "in_flight", _("In flight")
        ACTED = "acted", _("Done, not yet answered")
        ANSWERED = "answered", _("Answered")

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    key = models.CharField(max_length=100)
    request = models.CharField(max_length=200)
    body_index = models.BinaryField()
    state = models.CharField(max_length=10, choices=State, default=State.IN_FLIGHT)
    attempt = models.PositiveIntegerField(default=1)
    started_at = models.DateTimeField()
    acted_on = models.CharField(max_length=40, blank=True)
    status = models.PositiveSmallIntegerField(null=True)
    body = models.JSONField(null=True)
    location = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(auto_now_add=True, db_index=True)

    class Meta:
        verbose_name = _("idempotency key")
        constraints = (
            models.UniqueConstraint(fields=("user", "key"), name="idempotency_key_once_per_user"),
            models.CheckConstraint(
                condition=~Q(state="answered") | Q(status__isnull=False), name="idempotency_answer_has_status"
            ),
        )

    def __str__(self) -> str:
        return f"{self.user_id} {self.request}"


class RequestCount(models.Model):
    """How often one bucket (a token, or a token's looks at persons) was used in one minute."""

    bucket = models.CharField(max_length=40)
    minute = models.DateTimeField()
    count = models.PositiveIntegerField()

    class Meta:
        verbose_name = _("request count")
        constraints = (
            models.UniqueConstraint(fields=("bucket", "minute"), name="request_count_once_a_minute"),
        )

    def __str__(self) -> str:
        return f"{self.bucket} {self.count}"
