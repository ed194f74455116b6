from django.urls import path

from premiums.views import statements

app_name = "premiums"
urlpatterns = [
    path("", statements.statements, name="list"),
    path("<int:pk>/", statements.statement, name="statement"),
    path("issue/<int:agreement_pk>/", statements.issue, name="issue"),
    path("refund/<int:agreement_pk>/", statements.refund, name="refund"),
]
