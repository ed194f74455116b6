from django.urls import path

from riskpool.views import alerts, dashboard

app_name = "riskpool"
urlpatterns = [
    path("", dashboard.dashboard, name="dashboard"),
    path("alerts/", alerts.alerts, name="alerts"),
    path("alerts/<int:pk>/", alerts.alert, name="alert"),
]
