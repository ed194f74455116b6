from django.db import migrations

from jincheng_insurance.audit.append_only import guard_append_only


class Migration(migrations.Migration):
    dependencies = [("claims", "0001_initial"), ("audit", "0002_guard")]

    operations = [
        migrations.RunSQL(
            sql="CREATE SEQUENCE claims_claim_number_seq", reverse_sql="DROP SEQUENCE claims_claim_number_seq"
        ),
        guard_append_only("claims_decision"),
        guard_append_only("claims_lossentry"),
        guard_append_only("claims_claimevent"),
    ]
