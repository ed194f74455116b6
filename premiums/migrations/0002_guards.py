from django.db import migrations

from jincheng_insurance.audit.append_only import guard_append_only


class Migration(migrations.Migration):
    dependencies = [("premiums", "0001_initial"), ("audit", "0002_guard")]

    operations = [
        guard_append_only("premiums_premiumstatement"),
        guard_append_only("premiums_statementline"),
        guard_append_only("premiums_fundentry"),
    ]
