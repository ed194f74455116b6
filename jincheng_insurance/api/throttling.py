"""How often a token may ask, counted in the database minute by minute, so that every process counts together and
losing Redis locks nobody out."""

import datetime

from django.conf import settings
from django.db import connection
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle
from rest_framework.views import APIView

from jincheng_insurance.access.models import ApiToken
from jincheng_insurance.api.models import RequestCount

COUNT = """
INSERT INTO api_requestcount (bucket, minute, count) VALUES (%(bucket)s, %(minute)s, 1)
ON CONFLICT ON CONSTRAINT request_count_once_a_minute DO UPDATE SET count = api_requestcount.count + 1
RETURNING count
"""
KEPT_FOR = datetime.timedelta(hours=1)


def used(bucket: str, now: datetime.datetime) -> int:
    """Count one use of a bucket; how many this minute has seen, this one included."""
    with connection.cursor() as cursor:
        cursor.execute(COUNT, {"bucket": bucket, "minute": now.replace(second=0, microsecond=0)})
        (count,) = cursor.fetchone()
    return int(count)


def forget_counts() -> int:
    """Remove the counts of past hours; how many."""
    removed, _rows = RequestCount.objects.filter(minute__lt=timezone.now() - KEPT_FOR).delete()
    return removed


class PerToken(BaseThrottle):
    """At most so many requests a minute and token; fewer where persons are looked up."""

    name = "requests"

    def allow_request(self, request: Request, view: APIView) -> bool:
        token = request.auth
        if not isinstance(token, ApiToken):
            return True
        return used(f"{self.name}:{token.pk}", timezone.now()) <= settings.API_LIMITS[self.name]

    def wait(self) -> int:
        return 60 - timezone.now().second


class LooksPerToken(PerToken):
    """Looks at persons by their identity number."""

    name = "looks"
