from django.urls import path

from riskpool.views import agreement, alerts, carry, dashboard, duties, inbox, settlement, suspension

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
    path("duties/", duties.duties, name="duties"),
    path("duties/<int:pk>/", duties.duty, name="duty"),
    path("duties/<int:pk>/draft/", duties.draft, name="duty_draft"),
    path("duties/<int:pk>/word/", duties.word, name="duty_word"),
    path("duties/<int:pk>/hand-in/", duties.hand_in, name="duty_hand_in"),
    path("duties/<int:pk>/upload/", duties.upload, name="duty_upload"),
    path("duties/<int:pk>/receive/", duties.receive, name="duty_receive"),
    path("duties/<int:pk>/return/", duties.send_back, name="duty_return"),
    path("reports/<int:pk>/", duties.paper, name="duty_paper"),
    path("inbox/", inbox.inbox, name="inbox"),
    path("inbox/read/", inbox.read_all, name="read_all"),
    path("inbox/<int:pk>/", inbox.open_notice, name="open_notice"),
    path("suspensions/", suspension.suspensions, name="suspensions"),
    path("suspensions/<int:pk>/", suspension.suspension, name="suspension"),
    path("suspensions/ask/<int:pk>/", suspension.ask, name="ask_suspension"),
    path("suspensions/<int:pk>/approve/", suspension.approve, name="approve_suspension"),
    path("suspensions/<int:pk>/refuse/", suspension.refuse, name="refuse_suspension"),
    path("suspensions/<int:pk>/lift/", suspension.lift, name="lift_suspension"),
    path("evidence/<int:pk>/", suspension.evidence, name="evidence"),
]
