from django.urls import path

from enrollment.views import finding, member, roster_changes, roster_copy, roster_mapping
from enrollment.views import roster as views

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
    path("imports/<int:pk>/preview/", roster_changes.preview, name="preview"),
    path("imports/<int:pk>/undo/", roster_changes.undo, name="undo"),
    path("changes/", roster_changes.changes, name="changes"),
    path("households/", finding.roster_households, name="households"),
    path("persons/", finding.roster_persons, name="persons"),
    path("households/<int:pk>/", views.household, name="household"),
    path("households/<int:pk>/members/", member.add_member, name="add_member"),
    path("persons/<int:pk>/", member.person, name="person"),
    path("persons/<int:pk>/particulars/", member.change_member, name="change_member"),
    path("persons/<int:pk>/number/", member.complete_number, name="complete_number"),
    path("persons/<int:pk>/account/", member.propose_account, name="propose_account"),
]
