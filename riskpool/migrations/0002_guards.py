from django.db import migrations

from jincheng_insurance.audit.append_only import guard_append_only


class Migration(migrations.Migration):
    dependencies = [("riskpool", "0001_initial"), ("audit", "0002_guard")]

    operations = [guard_append_only("riskpool_alert")]
