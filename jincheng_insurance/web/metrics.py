"""Figures for whatever watches the product, as Prometheus reads them; for networks of one's own only."""

import ipaddress
from collections.abc import Iterator
from dataclasses import dataclass

from django.conf import settings
from django.db import OperationalError, connection
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from jincheng_insurance.audit.context import client_address

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure that is asked of the database."""

    name: str
    help: str
    query: str


FIGURES = (
    Figure("jincheng_audit_records", "Acts on record.", "SELECT max(id) FROM audit_auditrecord"),
    Figure("jincheng_audit_seals", "Seals of the record.", "SELECT max(number) FROM audit_auditseal"),
    Figure(
        "jincheng_audit_unsealed_seconds",
        "Age of the last seal; more than some minutes means that nobody seals.",
        "SELECT extract(epoch FROM now() - max(at)) FROM audit_auditseal",
    ),
    Figure(
        "jincheng_sessions",
        "Sessions in force.",
        "SELECT count(*) FROM django_session WHERE expire_date > now()",
    ),
    Figure(
        "jincheng_database_connections",
        "Connections to the database.",
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()",
    ),
)


@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """The figures; 404 to whoever asks from elsewhere. With the database away, it says that alone."""
    address = client_address(request)
    if address is None or not any(ipaddress.ip_address(address) in one for one in settings.METRICS_NETWORKS):
        raise Http404
    try:
        lines = [*_gauge("jincheng_up", "The database answers.", 1), *_figures()]
    except OperationalError:
        lines = list(_gauge("jincheng_up", "The database answers.", 0))
    return HttpResponse("\n".join(lines) + "\n", content_type=CONTENT_TYPE)


def _figures() -> Iterator[str]:
    with connection.cursor() as cursor:
        for figure in FIGURES:
            cursor.execute(figure.query)
            (found,) = cursor.fetchone()
            yield from _gauge(figure.name, figure.help, found or 0)


def _gauge(name: str, text: str, number: object) -> Iterator[str]:
    yield f"# HELP {name} {text}"
    yield f"# TYPE {name} gauge"
    yield f"{name} {number}"
