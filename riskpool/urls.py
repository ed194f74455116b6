from django.urls import path

from riskpool.views import agreement, alerts, carry, dashboard, settlement

app_name = "riskpool"
urlpatterns = [
    path("", dashboard.dashboard, name="dashboard"),
    path("export/", dashboard.export, name="export"),
    path("ledger/", agreement.ledger, name="ledger"),
    path("agreements/<int:pk>/", agreement.agreement, name="agreement"),
    path("agreements/<int:pk>/export/", agreement.export, name="agreement_export"),
    path("settlements/", settlement.settlements, name="settlements"),
    path("settlements/draft/<int:year>/", settlement.draft, name="draft_settlement"),
    path("settlements/<int:pk>/", settlement.settlement, name="settlement"),
    path("settlements/<int:pk>/confirm/", settlement.confirm, name="confirm_settlement"),
    path("settlements/lines/<int:pk>/", settlement.line, name="settlement_line"),
    path("settlements/carry/", carry.carry, name="carry"),
    path("alerts/", alerts.alerts, name="alerts"),
    path("alerts/<int:pk>/", alerts.alert, name="alert"),
]
