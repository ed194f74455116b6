from django.urls import path

from enrollment.views import enrolment as views
from enrollment.views import finding

app_name = "enrollment"
urlpatterns = [
    path("", finding.insured_households, name="insured"),
    path("persons/", finding.insured_persons, name="insured_persons"),
    path("<int:pk>/", views.insured_household, name="household"),
    path("enrol/", views.status, name="status"),
    path("enrol/<int:agreement_pk>/", views.enrol_county, name="enrol_county"),
    path("enrol/household/", views.find_household, name="find_household"),
    path("enrol/household/<int:pk>/", views.enrol_household, name="enrol_household"),
    path("scheme/", views.scheme, name="scheme"),
]
