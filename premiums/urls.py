from django.urls import path

from premiums.views import budget, fund_imports, funds, statements

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
    path("imports/", fund_imports.imports, name="imports"),
    path("imports/template/", fund_imports.empty_workbook, name="template"),
    path("imports/<int:pk>/", fund_imports.detail, name="import"),
    path("imports/<int:pk>/book/", fund_imports.book, name="import_book"),
    path("imports/<int:pk>/cancel/", fund_imports.cancel, name="import_cancel"),
    path("imports/<int:pk>/copy/", fund_imports.copy, name="import_copy"),
    path("reminders/", funds.reminders, name="reminders"),
    path("budget/", budget.budget, name="budget"),
]
