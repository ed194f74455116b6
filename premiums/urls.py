from django.urls import path

from premiums.views import budget, funds, statements

app_name = "premiums"
urlpatterns = [
    path("", statements.statements, name="list"),
    path("<int:pk>/", statements.statement, name="statement"),
    path("<int:pk>/cancel/", statements.cancel, name="cancel"),
    path("issue/<int:agreement_pk>/", statements.issue, name="issue"),
    path("refund/<int:agreement_pk>/", statements.refund, name="refund"),
    path("funds/<int:agreement_pk>/", funds.ledger, name="ledger"),
    path("funds/<int:agreement_pk>/move/", funds.move, name="move"),
    path("funds/entry/<int:pk>/receipt/", funds.receipt, name="receipt"),
    path("funds/entry/<int:pk>/reverse/", funds.reverse, name="reverse"),
    path("reminders/", funds.reminders, name="reminders"),
    path("budget/", budget.budget, name="budget"),
]
