"""The tables, each made whole: columns, indexes and constraints."""

import django.contrib.postgres.indexes
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('access', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='AuditRecord',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField(db_index=True, default=django.utils.timezone.now, verbose_name='time')),
                ('actor', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, to=settings.AUTH_USER_MODEL, verbose_name='who')),
                ('act', models.CharField(max_length=40, verbose_name='act')),
                ('object_type', models.CharField(max_length=60)),
                ('object_id', models.CharField(max_length=40)),
                ('county', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, to='access.region', verbose_name='county')),
                ('facts', models.JSONField(default=dict, verbose_name='facts')),
                ('reason', models.TextField(blank=True, verbose_name='reason')),
                ('address', models.GenericIPAddressField(null=True, verbose_name='from address')),
                ('request_id', models.CharField(blank=True, max_length=36)),
                ('mac', models.BinaryField(null=True)),
            ],
            options={
                'ordering': ('-id',),
                'verbose_name': 'audit record',
                'indexes': [
                    models.Index(fields=['object_type', 'object_id'], name='audit_of_object'),
                    models.Index(fields=['act', '-id'], name='audit_by_act'),
                    models.Index(fields=['request_id'], name='audit_of_request'),
                    django.contrib.postgres.indexes.GinIndex(fields=['facts'], name='audit_by_facts', opclasses=['jsonb_path_ops']),
                ],
            },
        ),
        migrations.CreateModel(
            name='AuditSeal',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveBigIntegerField(unique=True)),
                ('at', models.DateTimeField()),
                ('parts_digest', models.BinaryField()),
                ('previous', models.BinaryField()),
                ('mac', models.BinaryField()),
            ],
            options={
                'ordering': ('number',),
                'verbose_name': 'audit seal',
            },
        ),
        migrations.CreateModel(
            name='SealPart',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('seal', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='parts', to='audit.auditseal')),
                ('table', models.CharField(max_length=63)),
                ('fields', models.JSONField()),
                ('ranges', models.JSONField()),
                ('last', models.BigIntegerField()),
                ('marks', models.BinaryField()),
            ],
            options={
                'ordering': ('id',),
                'verbose_name': 'part of an audit seal',
                'indexes': [
                    models.Index(fields=['table', 'last'], name='seal_part_by_table'),
                ],
            },
        ),
    ]
