from django.urls import path

from enrollment.views import roster as views
from enrollment.views import roster_changes

app_name = "roster"
urlpatterns = [
    path("imports/", views.imports, name="imports"),
    path("imports/<int:pk>/", views.import_detail, name="import"),
    path("imports/<int:pk>/progress/", views.import_progress, name="progress"),
    path("imports/<int:pk>/apply/", views.apply_import, name="apply"),
    path("imports/<int:pk>/cancel/", views.cancel_import, name="cancel"),
    path("imports/<int:pk>/preview/", roster_changes.preview, name="preview"),
    path("imports/<int:pk>/undo/", roster_changes.undo, name="undo"),
    path("changes/", roster_changes.changes, name="changes"),
    path("households/", views.households, name="households"),
    path("households/<int:pk>/", views.household, name="household"),
]
