"""The download of an import's annotated copy."""

from django.http import FileResponse, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from enrollment.selectors import roster_imports
from enrollment.services.roster_copy import annotated_copy
from jincheng_insurance.access.guards import actor_of, requires
from jincheng_insurance.access.roles import Act
from jincheng_insurance.access.scope import access_row
from jincheng_insurance.web.answers import refusals_shown

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@requires(Act.VIEW_ROSTER)
@require_POST
def copy(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The upload with its problems marked. By POST, since it shows full numbers and leaves a record."""
    actor = actor_of(request)
    roster_import = access_row(roster_imports(actor), actor, Act.IMPORT_ROSTER, pk=pk)
    with refusals_shown(request):
        file = annotated_copy(roster_import=roster_import, actor=actor)
        stem = roster_import.file_name.rpartition(".")[0] or roster_import.file_name
        name = gettext("%(file)s, annotated.xlsx") % {"file": stem}
        response = FileResponse(file, as_attachment=True, filename=name, content_type=XLSX)
        response["Cache-Control"] = "no-store"
        return response
    return redirect("roster:import", pk=pk)
