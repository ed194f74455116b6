"""Sealing the record every five minutes, and checking the whole chain once a day."""

import logging
from itertools import islice

from celery import shared_task
from django.conf import settings

from jincheng_insurance.audit.chain import seal_records
from jincheng_insurance.audit.verifying import breaks

log = logging.getLogger(__name__)
MOST_NAMED = 20


@shared_task(name="audit.seal")  # type: ignore[untyped-decorator]
def seal() -> None:
    while seal_records() is not None:
        pass


@shared_task(name="audit.verify")  # type: ignore[untyped-decorator]
def verify() -> None:
    for one in islice(breaks(settings.AUDIT_ANCHORS), MOST_NAMED):
        log.critical("the audit chain does not hold: %s", one)
