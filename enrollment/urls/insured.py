from django.urls import path

from enrollment.views import enrolment as views
from enrollment.views import entry, participation, payee

app_name = "enrollment"
urlpatterns = [
    path("", views.insured, name="insured"),
    path("<int:pk>/", views.insured_household, name="household"),
    path("enrol/", views.status, name="status"),
    path("enrol/<int:agreement_pk>/", views.enrol_county, name="enrol_county"),
    path("enrol/household/", entry.find_household, name="find_household"),
    path("enrol/household/<int:pk>/", entry.enrol_household, name="enrol_household"),
    path("accounts/", payee.accounts, name="accounts"),
    path("accounts/<int:pk>/", payee.account, name="account"),
    path("accounts/<int:pk>/confirm/", payee.confirm, name="confirm_account"),
    path("accounts/<int:pk>/refuse/", payee.refuse, name="refuse_account"),
    path("participation/", participation.imports, name="participation"),
    path("participation/<int:pk>/", participation.detail, name="participation_import"),
    path("participation/<int:pk>/progress/", participation.progress, name="participation_progress"),
    path("participation/<int:pk>/apply/", participation.apply, name="participation_apply"),
    path("participation/<int:pk>/cancel/", participation.cancel, name="participation_cancel"),
    path("scheme/", views.scheme, name="scheme"),
]
