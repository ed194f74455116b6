from django.db import migrations, models

# Breakdowns only count what stands elsewhere: they are taken anew, with what isn't stated and all together.
FORGET = """
DELETE FROM riskpool_breakdownline;
UPDATE riskpool_breakdown SET taken_at = NULL;
"""


class Migration(migrations.Migration):
    dependencies = [("riskpool", "0002_guards")]

    operations = [
        migrations.RunSQL(sql=FORGET, reverse_sql=FORGET),
        migrations.AddField(
            model_name="breakdownline",
            name="part",
            field=models.CharField(
                choices=[
                    ("named", "named"),
                    ("unstated", "not stated"),
                    ("others", "all others"),
                    ("together", "Together"),
                ],
                default="named",
                max_length=10,
            ),
        ),
    ]
