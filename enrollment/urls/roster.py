from django.urls import path

from enrollment.views import finding
from enrollment.views import roster as views

app_name = "roster"
urlpatterns = [
    path("imports/", views.imports, name="imports"),
    path("imports/<int:pk>/", views.import_detail, name="import"),
    path("imports/<int:pk>/progress/", views.import_progress, name="progress"),
    path("imports/<int:pk>/apply/", views.apply_import, name="apply"),
    path("imports/<int:pk>/cancel/", views.cancel_import, name="cancel"),
    path("households/", finding.roster_households, name="households"),
    path("persons/", finding.roster_persons, name="persons"),
    path("households/<int:pk>/", views.household, name="household"),
]
