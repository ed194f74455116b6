"""The city, its six counties and their townships, with their official codes."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from jincheng_insurance.access.region_data import CITY, COUNTIES, TOWNSHIPS


def load(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    regions = apps.get_model("access", "Region").objects.using(schema_editor.connection.alias)
    city, _ = regions.get_or_create(code=CITY[0], defaults={"name": CITY[1], "level": "city"})
    counties = {
        code: regions.get_or_create(code=code, defaults={"name": name, "level": "county", "parent": city})[0]
        for code, name in COUNTIES
    }
    for code, name, county in TOWNSHIPS:
        regions.get_or_create(
            code=code, defaults={"name": name, "level": "township", "parent": counties[county]}
        )


class Migration(migrations.Migration):
    dependencies = [("access", "0001_initial")]

    operations = [migrations.RunPython(load, migrations.RunPython.noop)]
