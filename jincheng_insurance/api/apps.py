"""The room of what all APIs share."""

from django.apps import AppConfig
from django.urls import register_converter


class ApiConfig(AppConfig):
    name = "jincheng_insurance.api"
    label = "api"

    def ready(self) -> None:
        from jincheng_insurance.api import schema  # tells the description how a token is sent  # noqa: F401
        from jincheng_insurance.api.addresses import NumberConverter

        register_converter(NumberConverter, "number")
