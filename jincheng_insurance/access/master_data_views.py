"""Pages of the master data, for administrators."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from jincheng_insurance.access import master_data as services
from jincheng_insurance.access.guards import actor_of, requires
from jincheng_insurance.access.models import Insurer
from jincheng_insurance.access.people_forms import InsurerForm
from jincheng_insurance.access.roles import Act
from jincheng_insurance.web.answers import refusals_shown


@requires(Act.MANAGE_MASTER_DATA)
@require_GET
def master_data(request: HttpRequest) -> HttpResponse:
    """Insurers, whose names can be changed, and the places as they are known."""
    context = {"insurers": Insurer.objects.all(), "counties": services.counties()}
    return render(request, "access/master_data.html", context)


@requires(Act.MANAGE_MASTER_DATA)
@require_http_methods(["GET", "HEAD", "POST"])
def rename_insurer(request: HttpRequest, pk: int) -> HttpResponse:
    insurer = Insurer.objects.filter(pk=pk).first()
    if insurer is None:
        raise Http404
    form = InsurerForm(request.POST or None, initial={"name": insurer.name})
    if request.method == "POST" and form.is_valid():
        with refusals_shown(request, form):
            services.rename_insurer(insurer=insurer, **form.cleaned_data, actor=actor_of(request))
            messages.success(request, _("Saved."))
            return redirect("access:master_data")
    context = {"form": form, "insurer": insurer}
    return render(request, "access/rename_insurer.html", context, status=422 if form.errors else 200)
