"""The insurer's workbook of claims on its way in, and the numbers insurers know their claims by."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from jincheng_insurance.audit.append_only import guard_append_only

GUARDS = """
CREATE FUNCTION check_claim_reference() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM claims_claim c JOIN enrollment_agreement a ON a.id = c.agreement_id
        WHERE c.id = NEW.claim_id AND a.insurer_id = NEW.insurer_id) THEN
        RAISE EXCEPTION 'a case number belongs to the insurer of its claim'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'claim_reference_of_its_insurer';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER claims_claimreference_checked BEFORE INSERT ON claims_claimreference
    FOR EACH ROW EXECUTE FUNCTION check_claim_reference();
"""
NO_GUARDS = """
DROP TRIGGER claims_claimreference_checked ON claims_claimreference;
DROP FUNCTION check_claim_reference();
"""

class Migration(migrations.Migration):

    dependencies = [
        ('access', '0002_regions'),
        ('audit', '0002_guard'),
        ('claims', '0004_life'),
        ('enrollment', '0006_enrolment'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='ClaimImport',
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
                ('new_claims', models.PositiveIntegerField(default=0)),
                ('new_bills', models.PositiveIntegerField(default=0)),
                ('new_payments', models.PositiveIntegerField(default=0)),
                ('same', models.PositiveIntegerField(default=0)),
                ('applied_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('county', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='access.region', verbose_name='county')),
                ('insurer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='access.insurer', verbose_name='insurer')),
                ('policy_year', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='enrollment.policyyear', verbose_name='policy year')),
                ('uploaded_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'claims import',
                'ordering': ('-id',),
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='ClaimReference',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reference', models.CharField(max_length=60, verbose_name="the insurer's case number")),
                ('claim', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='own_reference', to='claims.claim')),
                ('claim_import', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='references', to='claims.claimimport')),
                ('insurer', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='access.insurer')),
            ],
            options={
                'verbose_name': "the insurer's case number",
                'constraints': [models.UniqueConstraint(fields=('insurer', 'reference'), name='claim_reference_once_an_insurer')],
            },
        ),
        migrations.CreateModel(
            name='ClaimRow',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('sheet', models.CharField(max_length=100)),
                ('row', models.PositiveIntegerField()),
                ('verdict', models.CharField(choices=[('accept', 'Accepted'), ('warn', 'Accepted with a warning'), ('reject', 'Rejected')], max_length=6)),
                ('problems', models.JSONField(default=list)),
                ('kind', models.CharField(choices=[('claim', 'Claim'), ('bill', 'Bill'), ('payment', 'Payment')], max_length=7)),
                ('new', models.BooleanField(default=False)),
                ('reference', models.CharField(blank=True, max_length=60)),
                ('person_key', models.BigIntegerField(null=True)),
                ('claim_key', models.BigIntegerField(null=True)),
                ('facts', models.JSONField(default=dict)),
                ('claim_import', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='rows', to='claims.claimimport')),
            ],
            options={
                'ordering': ('id',),
                'abstract': False,
                'indexes': [models.Index(fields=['claim_import', 'verdict', 'new'], name='claim_row_by_verdict')],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('verdict', 'reject'), _negated=True), ('new', False), _connector='OR'), name='claim_row_rejected_is_not_new')],
            },
        ),
        migrations.RunSQL(sql=GUARDS, reverse_sql=NO_GUARDS),
        guard_append_only("claims_claimreference"),
    ]
