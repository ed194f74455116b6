"""Every address of the product."""

from django.urls import include, path
from django.views.i18n import set_language

from jincheng_insurance.web import health

urlpatterns = [
    path("", include("jincheng_insurance.access.urls")),
    path("language/", set_language, name="set_language"),
    path("roster/", include("enrollment.urls.roster")),
    path("insured/", include("enrollment.urls.insured")),
    path("exports/", include("jincheng_insurance.sheets.urls")),
    path("premiums/", include("premiums.urls")),
    path("claims/", include("claims.urls")),
    path("pool/", include("riskpool.urls")),
    path("audit/", include("jincheng_insurance.audit.urls")),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
]
