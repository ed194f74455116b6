from django.urls import path

from claims.api import batches, documents, steps, views
from claims.api.acts import addresses_of

urlpatterns = [
    path("eligibility", views.Eligibility.as_view(), name="eligibility"),
    path("claims", views.Claims.as_view(), name="claims"),
    path("losses", views.Losses.as_view(), name="losses"),
    path("claims/<number:number>", views.OneClaim.as_view(), name="claim"),
    path("claims/<number:number>/documents", documents.ClaimDocuments.as_view(), name="documents"),
    path("batches", batches.Batches.as_view(), name="batches"),
    path("batches/<number:number>", batches.OneBatch.as_view(), name="batch"),
    *addresses_of((*steps.STEPS.values(), *steps.ACTS, *documents.ACTS, *batches.ACTS)),
]
