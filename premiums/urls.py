from django.urls import path

from premiums import views

app_name = "premiums"
urlpatterns = [
    path("", views.statements, name="list"),
    path("<int:pk>/", views.statement, name="statement"),
    path("issue/<int:agreement_pk>/", views.issue, name="issue"),
    path("refund/<int:agreement_pk>/", views.refund, name="refund"),
]
