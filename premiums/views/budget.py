"""The premium budget of a year by county, with counts supposed at will; nothing of it is stored (R29)."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from enrollment.models import PolicyYear
from enrollment.selectors import current_policy_year
from jincheng_insurance.access.guards import actor_of, requires
from jincheng_insurance.access.models import Region
from jincheng_insurance.access.roles import Act
from jincheng_insurance.web.downloads import XLSX, download
from premiums.budget_book import write_budget
from premiums.forms import BudgetForm
from premiums.selectors.budget import budget_counties, budgets, sum_of
from premiums.views.statements import EXCEL


@requires(Act.VIEW_BUDGET)
@require_GET
def budget(request: HttpRequest) -> HttpResponse:
    """The budget by the roster's counts, or by those typed in; as a workbook with `?format=xlsx`."""
    actor = actor_of(request)
    counties = list(budget_counties(actor))
    years = list(PolicyYear.objects.order_by("year").values_list("year", flat=True))
    current = current_policy_year().year
    form = BudgetForm({"year": current, **request.GET.dict()}, counties=counties, years=years)
    year = form.cleaned_data["year"] if form.is_valid() else current
    rows = budgets(actor, year)
    supposed = {}
    if form.is_valid():
        counted = {str(row.county.code): row.out_of_poverty for row in rows if row.county is not None}
        supposed = form.supposed(counted)
        rows = budgets(actor, year, supposed)
    if request.GET.get("format") == EXCEL and form.is_valid():
        place = counties[0] if len(counties) == 1 else Region.objects.get(level=Region.Level.CITY)
        data = write_budget(rows, year=year, place=place.name, supposed=bool(supposed))
        return download(data, name=_("Premium budget %(year)s") % {"year": year} + ".xlsx", content_type=XLSX)
    context = {
        "form": form,
        "year": year,
        "rows": [
            (row, form[f"h{row.county.code}"], form[f"p{row.county.code}"]) for row in rows if row.county
        ],
        "total": sum_of(rows),
        "supposed": bool(supposed),
    }
    return render(request, "premiums/budget.html", context, status=422 if form.errors else 200)
