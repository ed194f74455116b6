from django.urls import path

from jincheng_insurance.api import docs

urlpatterns = [
    path("schema", docs.schema, name="schema"),
    path("docs", docs.page, name="docs"),
]
