"""The room of what all pages share."""

from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "jincheng_insurance.web"
    label = "web"
