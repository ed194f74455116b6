"""Claims reported before this was noted: their households and persons stay insured."""

from django.db import migrations

NOTE = """
UPDATE enrollment_insuredhousehold i SET claimed_at = c.first
FROM (SELECT insured_household_id AS id, min(reported_on)::timestamptz AS first FROM claims_claim GROUP BY 1) c
WHERE i.id = c.id AND i.claimed_at IS NULL;
UPDATE enrollment_insuredperson p SET claimed_at = c.first
FROM (SELECT insured_person_id AS id, min(reported_on)::timestamptz AS first FROM claims_claim GROUP BY 1) c
WHERE p.id = c.id AND p.claimed_at IS NULL;
"""


class Migration(migrations.Migration):
    dependencies = [("claims", "0002_guards"), ("enrollment", "0006_enrolment")]

    operations = [migrations.RunSQL(sql=NOTE, reverse_sql=migrations.RunSQL.noop)]
