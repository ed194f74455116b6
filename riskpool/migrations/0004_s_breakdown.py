
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('enrollment', '0007_search'),
        ('riskpool', '0003_r_settlement'),
    ]

    operations = [
        migrations.CreateModel(
            name='Breakdown',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('entries', models.PositiveIntegerField(default=0)),
                ('taken_at', models.DateTimeField(null=True, verbose_name='as of')),
                ('agreement', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='breakdown', to='enrollment.agreement')),
            ],
            options={
                'verbose_name': 'breakdown of losses',
            },
        ),
        migrations.CreateModel(
            name='BreakdownLine',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('dimension', models.CharField(choices=[('village', 'Villages'), ('diagnosis', 'Diagnoses'), ('cause', 'Causes of property losses'), ('hospital', 'Hospitals')], max_length=10)),
                ('rank', models.PositiveSmallIntegerField()),
                ('name', models.CharField(blank=True, max_length=200)),
                ('concerned', models.PositiveIntegerField(verbose_name='persons or households')),
                ('claims', models.PositiveIntegerField(verbose_name='claims')),
                ('amount', models.DecimalField(decimal_places=2, max_digits=14, verbose_name='amount')),
                ('breakdown', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='lines', to='riskpool.breakdown')),
            ],
            options={
                'verbose_name': 'line of a breakdown',
                'ordering': ('dimension', 'rank'),
                'constraints': [models.UniqueConstraint(fields=('breakdown', 'dimension', 'rank'), name='breakdown_line_ranked_once'), models.CheckConstraint(condition=models.Q(('concerned__gte', 3)), name='breakdown_line_tells_nobody')],
            },
        ),
    ]
