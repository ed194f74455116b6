"""The generic lane: previews, what applied imports changed, whole counties, and the participation workbook."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from jincheng_insurance.audit.append_only import guard_append_only

# Rows staged before had their record as JSON: whatever isn't applied yet is checked anew.
CHECK_ANEW = """
DELETE FROM enrollment_rosterrow WHERE roster_import_id IN (
    SELECT id FROM enrollment_rosterimport WHERE state IN ('checking', 'checked', 'applying'));
UPDATE enrollment_rosterimport SET state = 'queued', attempts = 0 WHERE state IN ('checking', 'checked', 'applying');
UPDATE enrollment_rosterperson p SET listed_by_id = h.listed_by_id
    FROM enrollment_rosterhousehold h WHERE h.id = p.household_id;
SET CONSTRAINTS ALL IMMEDIATE;
SET CONSTRAINTS ALL DEFERRED;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('access', '0002_regions'),
        ('audit', '0002_guard'),
        ('enrollment', '0004_mapping'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveField(
            model_name='rosterrow',
            name='record',
        ),
        migrations.AddField(
            model_name='rosterhousehold',
            name='gone_since',
            field=models.DateTimeField(blank=True, null=True, verbose_name='gone from the roster since'),
        ),
        migrations.AddField(
            model_name='rosterimport',
            name='changed_households',
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='rosterimport',
            name='changed_persons',
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='rosterimport',
            name='compared_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='rosterimport',
            name='confirmed',
            field=models.JSONField(null=True),
        ),
        migrations.AddField(
            model_name='rosterimport',
            name='gone_households',
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='rosterimport',
            name='gone_persons',
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='rosterimport',
            name='moved',
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name='rosterimport',
            name='new_households',
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='rosterimport',
            name='new_persons',
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='rosterimport',
            name='undone_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='undone'),
        ),
        migrations.AddField(
            model_name='rosterimport',
            name='undone_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='rosterperson',
            name='gone_since',
            field=models.DateTimeField(blank=True, null=True, verbose_name='gone from the roster since'),
        ),
        migrations.AddField(
            model_name='rosterperson',
            name='listed_by',
            field=models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='enrollment.rosterimport'),
        ),
        migrations.AddField(
            model_name='rosterrow',
            name='basic_insurance',
            field=models.CharField(blank=True, max_length=8),
        ),
        migrations.AddField(
            model_name='rosterrow',
            name='birth_date',
            field=models.DateField(null=True),
        ),
        migrations.AddField(
            model_name='rosterrow',
            name='category',
            field=models.CharField(blank=True, max_length=20),
        ),
        migrations.AddField(
            model_name='rosterrow',
            name='county_key',
            field=models.BigIntegerField(null=True),
        ),
        migrations.AddField(
            model_name='rosterrow',
            name='household_code',
            field=models.CharField(blank=True, max_length=32),
        ),
        migrations.AddField(
            model_name='rosterrow',
            name='household_new',
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name='rosterrow',
            name='listed_on',
            field=models.DateField(null=True),
        ),
        migrations.AddField(
            model_name='rosterrow',
            name='monitored_kind',
            field=models.CharField(blank=True, max_length=40),
        ),
        migrations.AddField(
            model_name='rosterrow',
            name='name',
            field=models.CharField(blank=True, max_length=60),
        ),
        migrations.AddField(
            model_name='rosterrow',
            name='person_code',
            field=models.CharField(blank=True, max_length=32),
        ),
        migrations.AddField(
            model_name='rosterrow',
            name='person_new',
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name='rosterrow',
            name='relation',
            field=models.CharField(blank=True, max_length=20),
        ),
        migrations.AddField(
            model_name='rosterrow',
            name='risk_removed',
            field=models.BooleanField(null=True),
        ),
        migrations.AddField(
            model_name='rosterrow',
            name='risk_removed_on',
            field=models.DateField(null=True),
        ),
        migrations.AddField(
            model_name='rosterrow',
            name='sex',
            field=models.CharField(blank=True, max_length=6),
        ),
        migrations.AddField(
            model_name='rosterrow',
            name='township',
            field=models.CharField(blank=True, max_length=60),
        ),
        migrations.AddField(
            model_name='rosterrow',
            name='village',
            field=models.CharField(blank=True, max_length=60),
        ),
        migrations.AlterField(
            model_name='rosterhousehold',
            name='seen_in',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='enrollment.rosterimport'),
        ),
        migrations.AlterField(
            model_name='rosterimport',
            name='county',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='access.region', verbose_name='county'),
        ),
        migrations.AlterField(
            model_name='rosterimport',
            name='sha256',
            field=models.CharField(db_index=True, max_length=64),
        ),
        migrations.AlterField(
            model_name='rosterimport',
            name='state',
            field=models.CharField(choices=[('queued', 'Waiting to be checked'), ('checking', 'Being checked'), ('mapping', 'Columns to be named'), ('checked', 'Checked'), ('applying', 'Being applied'), ('applied', 'Applied'), ('failed', 'Failed'), ('cancelled', 'Cancelled'), ('undone', 'Undone')], default='queued', max_length=10, verbose_name='state'),
        ),
        migrations.AlterField(
            model_name='rosterperson',
            name='seen_in',
            field=models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='enrollment.rosterimport'),
        ),
        migrations.AlterField(
            model_name='rosterrow',
            name='roster_import',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='rows', to='enrollment.rosterimport'),
        ),
        migrations.CreateModel(
            name='ParticipationImport',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('file_name', models.CharField(max_length=255, verbose_name='file')),
                ('sha256', models.CharField(db_index=True, max_length=64)),
                ('size', models.PositiveIntegerField(verbose_name='size')),
                ('stored_as', models.CharField(max_length=64, unique=True)),
                ('state', models.CharField(choices=[('queued', 'Waiting to be checked'), ('checking', 'Being checked'), ('mapping', 'Columns to be named'), ('checked', 'Checked'), ('applying', 'Being applied'), ('applied', 'Applied'), ('failed', 'Failed'), ('cancelled', 'Cancelled'), ('undone', 'Undone')], default='queued', max_length=10, verbose_name='state')),
                ('done', models.PositiveIntegerField(default=0)),
                ('total', models.PositiveIntegerField(default=0)),
                ('attempts', models.PositiveSmallIntegerField(default=0)),
                ('heartbeat_at', models.DateTimeField(auto_now_add=True)),
                ('accepted', models.PositiveIntegerField(default=0, verbose_name='accepted')),
                ('warned', models.PositiveIntegerField(default=0, verbose_name='with warnings')),
                ('rejected', models.PositiveIntegerField(default=0, verbose_name='rejected')),
                ('failure', models.JSONField(blank=True, null=True)),
                ('compared_at', models.DateTimeField(null=True)),
                ('confirmed', models.JSONField(null=True)),
                ('moved', models.BooleanField(default=False)),
                ('uploaded_at', models.DateTimeField(auto_now_add=True, verbose_name='uploaded')),
                ('applied_at', models.DateTimeField(blank=True, null=True, verbose_name='applied')),
                ('changed', models.PositiveIntegerField(default=0)),
                ('same', models.PositiveIntegerField(default=0)),
                ('not_found', models.PositiveIntegerField(default=0)),
                ('applied_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('county', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='access.region', verbose_name='county')),
                ('policy_year', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='enrollment.policyyear', verbose_name='policy year')),
                ('uploaded_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'participation import',
                'ordering': ('-id',),
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='ParticipationRow',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('sheet', models.CharField(max_length=100)),
                ('row', models.PositiveIntegerField()),
                ('verdict', models.CharField(choices=[('accept', 'Accepted'), ('warn', 'Accepted with a warning'), ('reject', 'Rejected')], max_length=6)),
                ('problems', models.JSONField(default=list)),
                ('person_key', models.BigIntegerField(null=True)),
                ('county_key', models.BigIntegerField(null=True)),
                ('household_key', models.BigIntegerField(null=True)),
                ('old', models.CharField(blank=True, max_length=8)),
                ('insured_old', models.CharField(max_length=8, null=True)),
                ('new', models.CharField(blank=True, max_length=8)),
                ('changed', models.BooleanField(default=False)),
                ('participation_import', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='rows', to='enrollment.participationimport')),
            ],
            options={
                'ordering': ('id',),
                'abstract': False,
                'indexes': [models.Index(fields=['participation_import', 'verdict', 'changed'], name='participation_row_by_verdict')],
            },
        ),
        migrations.CreateModel(
            name='RosterChange',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('household_key', models.BigIntegerField()),
                ('person_key', models.BigIntegerField(null=True)),
                ('field', models.CharField(max_length=20)),
                ('old', models.TextField(null=True)),
                ('new', models.TextField(null=True)),
                ('old_sealed', models.BinaryField(null=True)),
                ('new_sealed', models.BinaryField(null=True)),
                ('at', models.DateTimeField(auto_now_add=True)),
                ('county', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='access.region')),
                ('participation_import', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='changes', to='enrollment.participationimport')),
                ('roster_import', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='changes', to='enrollment.rosterimport')),
            ],
            options={
                'ordering': ('id',),
                'indexes': [models.Index(fields=['household_key'], name='roster_change_of_household'), models.Index(fields=['person_key'], name='roster_change_of_person')],
                'constraints': [models.CheckConstraint(condition=models.Q(('roster_import__isnull', True), ('participation_import__isnull', True), _connector='XOR'), name='roster_change_by_one_import')],
            },
        ),
        migrations.CreateModel(
            name='RosterDifference',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('household_key', models.BigIntegerField()),
                ('person_key', models.BigIntegerField(null=True)),
                ('field', models.CharField(max_length=20)),
                ('old', models.TextField(null=True)),
                ('new', models.TextField(null=True)),
                ('old_sealed', models.BinaryField(null=True)),
                ('new_sealed', models.BinaryField(null=True)),
                ('county', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='access.region')),
                ('roster_import', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='differences', to='enrollment.rosterimport')),
            ],
            options={
                'ordering': ('household_key', 'person_key', 'id'),
                'indexes': [models.Index(fields=['roster_import', 'household_key', 'person_key'], name='roster_difference_of_import')],
            },
        ),
        migrations.CreateModel(
            name='RosterReach',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('listed_households', models.PositiveIntegerField()),
                ('listed_persons', models.PositiveIntegerField()),
                ('found_households', models.PositiveIntegerField()),
                ('found_persons', models.PositiveIntegerField()),
                ('whole', models.BooleanField()),
                ('county', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='access.region')),
                ('roster_import', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='reach', to='enrollment.rosterimport')),
            ],
            options={
                'ordering': ('county__code',),
                'constraints': [models.UniqueConstraint(fields=('roster_import', 'county'), name='roster_reach_once_a_county')],
            },
        ),
        guard_append_only("enrollment_rosterchange"),
        migrations.RunSQL(sql=CHECK_ANEW, reverse_sql=migrations.RunSQL.noop),
    ]
