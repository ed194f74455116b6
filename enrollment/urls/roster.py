from django.urls import path

from enrollment.views import roster as views
from enrollment.views import roster_copy, roster_mapping

app_name = "roster"
urlpatterns = [
    path("imports/", views.imports, name="imports"),
    path("imports/<int:pk>/", views.import_detail, name="import"),
    path("imports/<int:pk>/progress/", views.import_progress, name="progress"),
    path("imports/<int:pk>/apply/", views.apply_import, name="apply"),
    path("imports/<int:pk>/cancel/", views.cancel_import, name="cancel"),
    path("imports/<int:pk>/columns/", roster_mapping.columns, name="columns"),
    path("imports/<int:pk>/copy/", roster_copy.copy, name="copy"),
    path("titles/", roster_mapping.titles, name="titles"),
    path("titles/<int:pk>/forget/", roster_mapping.forget, name="forget_title"),
    path("households/", views.households, name="households"),
    path("households/<int:pk>/", views.household, name="household"),
]
