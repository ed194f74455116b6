from django.db import migrations

from jincheng_insurance.audit.append_only import REFUSE, guard_append_only


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial")]

    operations = [
        migrations.RunSQL(sql=REFUSE, reverse_sql="DROP FUNCTION refuse_change()"),
        guard_append_only("audit_auditrecord"),
    ]
