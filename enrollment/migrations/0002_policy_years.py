"""The three years of the scheme."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("enrollment", "0001_initial")]

    operations = [
        migrations.RunSQL(
            sql="INSERT INTO enrollment_policyyear (year) VALUES (2026), (2027), (2028) ON CONFLICT DO NOTHING",
            reverse_sql=migrations.RunSQL.noop,
        ),
    ]
