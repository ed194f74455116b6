"""The record of acts, for auditors."""

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from jincheng_insurance.access.guards import actor_of, requires
from jincheng_insurance.access.roles import Act
from jincheng_insurance.audit.forms import RecordFilter, narrowed
from jincheng_insurance.audit.models import AuditRecord
from jincheng_insurance.audit.names import names_of
from jincheng_insurance.audit.texts import act_text, fact_lines, object_text
from jincheng_insurance.web.pages import paginate_wide


@requires(Act.VIEW_AUDIT)
@require_GET
def records(request: HttpRequest) -> HttpResponse:
    """Acts, newest first, narrowed by the filter; the record of one object is such a search too."""
    actor = actor_of(request)
    shown: QuerySet[AuditRecord] = AuditRecord.objects.visible_to(actor).select_related("actor", "county")
    filters = RecordFilter(request.GET or None, actor=actor)
    if filters.is_bound:
        shown = narrowed(shown, filters.cleaned_data, actor) if filters.is_valid() else shown.none()
    page = paginate_wide(request, shown)
    names = names_of(actor, page)
    rows = [(row, act_text(row.act), object_text(row, names), fact_lines(row.facts)) for row in page]
    context = {"page": page, "rows": rows, "filters": filters}
    return render(request, "audit/records.html", context, status=422 if filters.errors else 200)
