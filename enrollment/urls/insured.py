from django.urls import path

from enrollment.views import county, entry, finding, leaving, moving, participation, payee, reveal
from enrollment.views import enrolment as views
from jincheng_insurance.access.reveals import Number

IDENTITY, TELEPHONE = {"number": Number.IDENTITY}, {"number": Number.TELEPHONE}

app_name = "enrollment"
urlpatterns = [
    path("", finding.insured_households, name="insured"),
    path("persons/", finding.insured_persons, name="insured_persons"),
    path("<int:pk>/", views.insured_household, name="household"),
    path("<int:pk>/members/", leaving.enrol_members, name="enrol_members"),
    path("<int:pk>/withdraw/", leaving.withdraw_household, name="withdraw_household"),
    path("persons/<int:pk>/withdraw/", leaving.withdraw_person, name="withdraw_person"),
    path("persons/<int:pk>/identity/", reveal.of_insured, IDENTITY, name="reveal_identity"),
    path("persons/<int:pk>/telephone/", reveal.of_insured, TELEPHONE, name="reveal_telephone"),
    path("moves/", moving.moves, name="moves"),
    path("moves/<int:pk>/", moving.move, name="move"),
    path("moves/<int:pk>/confirm/", moving.confirm_move, name="confirm_move"),
    path("moves/<int:pk>/refuse/", moving.refuse_move, name="refuse_move"),
    path("moves/<int:pk>/cancel/", moving.cancel_move, name="cancel_move"),
    path("moves/household/<int:pk>/", moving.move_household, name="move_household"),
    path("moves/household/<int:pk>/ask/", moving.ask_move, name="ask_move"),
    path("enrol/", views.status, name="status"),
    path("enrol/<int:agreement_pk>/", county.enrol_county, name="enrol_county"),
    path("enrol/<int:agreement_pk>/members/", county.enrol_waiting, name="enrol_waiting"),
    path("enrol/household/", entry.find_household, name="find_household"),
    path("enrol/household/<int:pk>/", entry.enrol_household, name="enrol_household"),
    path("accounts/", payee.accounts, name="accounts"),
    path("accounts/<int:pk>/", payee.account, name="account"),
    path("accounts/<int:pk>/number/", reveal.of_account, name="reveal_account"),
    path("accounts/<int:pk>/confirm/", payee.confirm, name="confirm_account"),
    path("accounts/<int:pk>/refuse/", payee.refuse, name="refuse_account"),
    path("participation/", participation.imports, name="participation"),
    path("participation/<int:pk>/", participation.detail, name="participation_import"),
    path("participation/<int:pk>/progress/", participation.progress, name="participation_progress"),
    path("participation/<int:pk>/apply/", participation.apply, name="participation_apply"),
    path("participation/<int:pk>/cancel/", participation.cancel, name="participation_cancel"),
    path("scheme/", views.scheme, name="scheme"),
]
