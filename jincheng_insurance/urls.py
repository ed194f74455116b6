"""Every address of the product."""

from django.urls import include, path
from django.views.decorators.http import require_http_methods
from django.views.i18n import set_language

from jincheng_insurance.web import health, metrics

handler400 = "jincheng_insurance.api.problems.bad_request"
handler404 = "jincheng_insurance.api.problems.page_not_found"
handler500 = "jincheng_insurance.api.problems.server_error"

API = [
    path("", include("jincheng_insurance.api.urls")),
    path("", include("claims.api.urls")),
    path("", include("premiums.api")),
    path("", include("riskpool.api")),
]

urlpatterns = [
    path("", include("jincheng_insurance.access.urls")),
    path("filters/", include("jincheng_insurance.web.urls")),
    path("language/", require_http_methods(["GET", "HEAD", "POST"])(set_language), name="set_language"),
    path("roster/", include("enrollment.urls.roster")),
    path("insured/", include("enrollment.urls.insured")),
    path("exports/", include("jincheng_insurance.sheets.urls")),
    path("premiums/", include("premiums.urls")),
    path("claims/", include("claims.urls")),
    path("pool/", include("riskpool.urls")),
    path("audit/", include("jincheng_insurance.audit.urls")),
    path("help/", include("jincheng_insurance.web.help")),
    path("api/v1/", include((API, "api"))),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", metrics.metrics, name="metrics"),
]
