from django.urls import path

from jincheng_insurance.audit import views

app_name = "audit"
urlpatterns = [path("", views.records, name="records")]
