"""The tables, each made whole: columns, indexes and constraints."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Export',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=40)),
                ('chosen', models.JSONField(default=dict)),
                ('described', models.CharField(blank=True, max_length=300, verbose_name='content')),
                ('format', models.CharField(choices=[('xlsx', 'Excel workbook (.xlsx)'), ('csv', 'Plain table (.csv), for other programs')], default='xlsx', max_length=4, verbose_name='format')),
                ('full', models.BooleanField(default=False, verbose_name='numbers in full')),
                ('purpose', models.CharField(blank=True, max_length=300, verbose_name='purpose')),
                ('state', models.CharField(choices=[('waiting', 'Waiting for approval'), ('queued', 'Waiting to be made'), ('making', 'Being made'), ('ready', 'Ready'), ('failed', 'Failed'), ('refused', 'Refused'), ('expired', 'Expired')], default='queued', max_length=8, verbose_name='state')),
                ('done', models.PositiveIntegerField(default=0)),
                ('total', models.PositiveIntegerField(default=0)),
                ('attempts', models.PositiveSmallIntegerField(default=0)),
                ('heartbeat_at', models.DateTimeField(auto_now_add=True)),
                ('failure', models.CharField(blank=True, max_length=40)),
                ('reach', models.JSONField(default=list)),
                ('stored_as', models.CharField(blank=True, max_length=64)),
                ('size', models.PositiveIntegerField(default=0, verbose_name='size')),
                ('sha256', models.CharField(blank=True, max_length=64)),
                ('made_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('decided_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='decided by')),
                ('decided_at', models.DateTimeField(null=True, verbose_name='decided at')),
                ('refused_because', models.CharField(blank=True, max_length=200, verbose_name='reason')),
                ('asked_at', models.DateTimeField(auto_now_add=True, verbose_name='asked for')),
                ('ready_at', models.DateTimeField(null=True, verbose_name='ready since')),
                ('expires_at', models.DateTimeField(null=True, verbose_name='kept until')),
            ],
            options={
                'ordering': ('-id',),
                'verbose_name': 'export',
                'indexes': [
                    models.Index(fields=['made_by', '-id'], name='export_of_maker'),
                    models.Index(condition=models.Q(('state__in', ('waiting', 'queued', 'making', 'ready'))), fields=['state'], name='export_to_attend'),
                ],
                'constraints': [
                    models.CheckConstraint(condition=models.Q(('full', False), models.Q(('purpose', ''), _negated=True), _connector='OR'), name='export_in_full_has_purpose'),
                    models.CheckConstraint(condition=models.Q(models.Q(('state', 'ready'), _negated=True), models.Q(models.Q(('stored_as', ''), _negated=True), ('expires_at__isnull', False)), _connector='OR'), name='export_ready_has_file'),
                    models.CheckConstraint(condition=models.Q(('decided_by', None), models.Q(('decided_by', models.F('made_by')), _negated=True), _connector='OR'), name='export_decided_by_another'),
                    models.CheckConstraint(condition=models.Q(models.Q(('state', 'refused'), _negated=True), models.Q(models.Q(('refused_because', ''), _negated=True), ('decided_by__isnull', False)), _connector='OR'), name='export_refused_with_reason'),
                ],
            },
        ),
    ]
