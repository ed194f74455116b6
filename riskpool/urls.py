from django.urls import path

from riskpool.views import agreement, alerts, dashboard

app_name = "riskpool"
urlpatterns = [
    path("", dashboard.dashboard, name="dashboard"),
    path("export/", dashboard.export, name="export"),
    path("ledger/", agreement.ledger, name="ledger"),
    path("agreements/<int:pk>/", agreement.agreement, name="agreement"),
    path("agreements/<int:pk>/export/", agreement.export, name="agreement_export"),
    path("alerts/", alerts.alerts, name="alerts"),
    path("alerts/<int:pk>/", alerts.alert, name="alert"),
]
