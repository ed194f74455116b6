from django.urls import path

from claims.api import steps, views

urlpatterns = [
    path("eligibility", views.Eligibility.as_view(), name="eligibility"),
    path("claims", views.Claims.as_view(), name="claims"),
    path("claims/<number:number>", views.OneClaim.as_view(), name="claim"),
    path("claims/<number:number>/bills", views.ClaimBills.as_view(), name="bills"),
    path("claims/<number:number>/reserve", views.ClaimReserve.as_view(), name="reserve"),
    path("bills/<int:bill>/removal", views.BillRemoval.as_view(), name="bill_removal"),
    *steps.addresses(),
]
