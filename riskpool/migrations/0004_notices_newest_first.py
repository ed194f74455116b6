from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("riskpool", "0003_breakdown_parts")]

    operations = [
        migrations.AlterModelOptions(
            name="notice", options={"ordering": ("-made_at", "-id"), "verbose_name": "notice"}
        ),
        migrations.RemoveIndex(model_name="notice", name="notice_of_user"),
        migrations.AddIndex(
            model_name="notice",
            index=models.Index(fields=["user", "-made_at", "-id"], name="notice_of_user"),
        ),
    ]
