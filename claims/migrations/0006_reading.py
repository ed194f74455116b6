"""What the list of claims reads by when there are very many."""

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('access', '0002_regions'),
        ('claims', '0005_bulk'),
        ('enrollment', '0007_search'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddIndex(
            model_name='claim',
            index=models.Index(fields=['policy_year', 'state', '-id'], name='claim_of_year_by_state'),
        ),
        migrations.AddIndex(
            model_name='claim',
            index=models.Index(fields=['policy_year', 'reported_on', 'id'], name='claim_of_year_by_report'),
        ),
    ]
