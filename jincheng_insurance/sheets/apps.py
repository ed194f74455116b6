from django.apps import AppConfig


class SheetsConfig(AppConfig):
    name = "jincheng_insurance.sheets"
    label = "sheets"
