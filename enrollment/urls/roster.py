from django.urls import path

from enrollment.views import finding, member, reveal, roster_changes, roster_copy, roster_mapping
from enrollment.views import roster as views
from jincheng_insurance.access.reveals import Number

IDENTITY, TELEPHONE = {"number": Number.IDENTITY}, {"number": Number.TELEPHONE}

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
    path("households/<int:pk>/telephone/", reveal.of_household, name="reveal_household"),
    path("persons/<int:pk>/identity/", reveal.of_person, IDENTITY, name="reveal_identity"),
    path("persons/<int:pk>/telephone/", reveal.of_person, TELEPHONE, name="reveal_telephone"),
    path("persons/<int:pk>/particulars/", member.change_member, name="change_member"),
    path("persons/<int:pk>/number/", member.complete_number, name="complete_number"),
    path("persons/<int:pk>/account/", member.propose_account, name="propose_account"),
]
