import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from jincheng_insurance.audit.append_only import guard_append_only

# A duty stands for good: never deleted, always about the same, and once received never changed again.
GUARD_DUTY = """
CREATE FUNCTION guard_duty() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'UPDATE' OR OLD.state = 'received'
        OR (NEW.alert_id, NEW.agreement_id, NEW.policy_year_id, NEW.county_id, NEW.kind, NEW.due_on, NEW.made_at)
            IS DISTINCT FROM
           (OLD.alert_id, OLD.agreement_id, OLD.policy_year_id, OLD.county_id, OLD.kind, OLD.due_on, OLD.made_at) THEN
        RAISE EXCEPTION 'a report duty is never deleted, never about something else, and rests once received'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER riskpool_duty_guard BEFORE UPDATE OR DELETE ON riskpool_duty
    FOR EACH ROW EXECUTE FUNCTION guard_duty();
CREATE TRIGGER riskpool_duty_no_truncate BEFORE TRUNCATE ON riskpool_duty
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
"""
UNGUARD_DUTY = """
DROP TRIGGER riskpool_duty_guard ON riskpool_duty;
DROP TRIGGER riskpool_duty_no_truncate ON riskpool_duty;
DROP FUNCTION guard_duty();
"""
# A suspension is history: never deleted, its request never rewritten, and at rest once refused or lifted.
GUARD_SUSPENSION = """
CREATE FUNCTION guard_suspension() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'UPDATE' OR OLD.state IN ('refused', 'lifted')
        OR (NEW.agreement_id, NEW.policy_year_id, NEW.county_id, NEW.violation, NEW.asked_by_id, NEW.asked_at)
            IS DISTINCT FROM
           (OLD.agreement_id, OLD.policy_year_id, OLD.county_id, OLD.violation, OLD.asked_by_id, OLD.asked_at) THEN
        RAISE EXCEPTION 'a suspension is never deleted, its request never rewritten, and it rests once it is over'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER riskpool_suspension_guard BEFORE UPDATE OR DELETE ON riskpool_suspension
    FOR EACH ROW EXECUTE FUNCTION guard_suspension();
CREATE TRIGGER riskpool_suspension_no_truncate BEFORE TRUNCATE ON riskpool_suspension
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
"""
UNGUARD_SUSPENSION = """
DROP TRIGGER riskpool_suspension_guard ON riskpool_suspension;
DROP TRIGGER riskpool_suspension_no_truncate ON riskpool_suspension;
DROP FUNCTION guard_suspension();
"""


class Migration(migrations.Migration):

    dependencies = [
        ('access', '0003_api'),
        ('enrollment', '0007_search'),
        ('riskpool', '0004_s_breakdown'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Duty',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('special_report', 'Special report'), ('investigation', 'Investigation and report'), ('government_share', "Notice of the government's share")], max_length=16, verbose_name='kind')),
                ('state', models.CharField(choices=[('owed', 'Owed'), ('drafted', 'Drafted'), ('handed_in', 'Handed in'), ('returned', 'Returned with remarks'), ('received', 'Received')], default='owed', max_length=9, verbose_name='state')),
                ('due_on', models.DateField(null=True, verbose_name='due on')),
                ('causes', models.TextField(blank=True, verbose_name='causes')),
                ('measures', models.TextField(blank=True, verbose_name='measures')),
                ('forecast', models.TextField(blank=True, verbose_name='forecast')),
                ('remarks', models.CharField(blank=True, max_length=500, verbose_name='remarks')),
                ('handed_in_at', models.DateTimeField(null=True, verbose_name='handed in')),
                ('received_at', models.DateTimeField(null=True, verbose_name='received')),
                ('escalated_at', models.DateTimeField(null=True, verbose_name='escalated')),
                ('made_at', models.DateTimeField(auto_now_add=True)),
                ('agreement', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='duties', to='enrollment.agreement')),
                ('alert', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='duties', to='riskpool.alert')),
                ('county', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='access.region', verbose_name='county')),
                ('handed_in_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('policy_year', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='enrollment.policyyear')),
                ('received_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'report duty',
                'ordering': ('id',),
            },
        ),
        migrations.CreateModel(
            name='DutyEvent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('step', models.CharField(max_length=12)),
                ('note', models.CharField(blank=True, max_length=500, verbose_name='note')),
                ('at', models.DateTimeField(auto_now_add=True)),
                ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('duty', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='events', to='riskpool.duty')),
            ],
            options={
                'verbose_name': 'event',
                'ordering': ('id',),
            },
        ),
        migrations.CreateModel(
            name='DutyPaper',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('made', models.BooleanField()),
                ('file_name', models.CharField(max_length=100, verbose_name='file')),
                ('stored_as', models.CharField(max_length=64, unique=True)),
                ('content_type', models.CharField(max_length=80)),
                ('size', models.PositiveIntegerField(verbose_name='size')),
                ('added_at', models.DateTimeField(auto_now_add=True)),
                ('added_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('duty', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='papers', to='riskpool.duty')),
            ],
            options={
                'verbose_name': 'report handed in',
                'ordering': ('id',),
            },
        ),
        migrations.CreateModel(
            name='Notice',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('alert_fired', 'Alert fired'), ('duty_owed', 'Report owed'), ('government_share', "Government's share begins"), ('duty_handed_in', 'Report handed in'), ('duty_returned', 'Report returned'), ('duty_received', 'Report received'), ('duty_overdue', 'Report overdue'), ('claim_returned', 'Claim returned'), ('suspension_asked', 'Suspension asked for'), ('suspension_refused', 'Suspension refused'), ('suspension_approved', 'Payments suspended'), ('suspension_lifted', 'Suspension lifted')], max_length=20, verbose_name='kind')),
                ('about', models.CharField(choices=[('alert', 'alert'), ('duty', 'report duty'), ('claim', 'claim'), ('suspension', 'suspension of payments')], max_length=10)),
                ('about_id', models.BigIntegerField()),
                ('turn', models.BigIntegerField(default=0)),
                ('facts', models.JSONField(default=dict)),
                ('made_at', models.DateTimeField(auto_now_add=True, verbose_name='told')),
                ('read_at', models.DateTimeField(null=True, verbose_name='read')),
                ('mailed_at', models.DateTimeField(null=True)),
                ('mail_tries', models.PositiveSmallIntegerField(default=0)),
                ('agreement', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='enrollment.agreement')),
                ('county', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='access.region', verbose_name='county')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='notices', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'notice',
                'ordering': ('-id',),
            },
        ),
        migrations.CreateModel(
            name='Suspension',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('state', models.CharField(choices=[('asked', 'Waits for the city'), ('refused', 'Refused'), ('approved', 'Approved, not begun'), ('in_force', 'In force'), ('lifted', 'Lifted')], default='asked', max_length=8, verbose_name='state')),
                ('violation', models.TextField(verbose_name='facts of the violation')),
                ('asked_at', models.DateTimeField(auto_now_add=True, verbose_name='asked')),
                ('answer', models.CharField(blank=True, max_length=500, verbose_name='reasons of the decision')),
                ('decided_at', models.DateTimeField(null=True, verbose_name='decided')),
                ('starts_at', models.DateTimeField(null=True, verbose_name='in force from')),
                ('lift_reason', models.CharField(blank=True, max_length=500, verbose_name='why it was lifted')),
                ('lifted_at', models.DateTimeField(null=True, verbose_name='lifted')),
                ('agreement', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='suspensions', to='enrollment.agreement')),
                ('asked_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('county', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='access.region', verbose_name='county')),
                ('decided_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('lifted_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('policy_year', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='enrollment.policyyear')),
            ],
            options={
                'verbose_name': 'suspension of payments',
                'ordering': ('-id',),
            },
        ),
        migrations.CreateModel(
            name='SuspensionPaper',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('file_name', models.CharField(max_length=100, verbose_name='file')),
                ('stored_as', models.CharField(max_length=64, unique=True)),
                ('content_type', models.CharField(max_length=80)),
                ('size', models.PositiveIntegerField(verbose_name='size')),
                ('added_at', models.DateTimeField(auto_now_add=True)),
                ('added_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('suspension', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='papers', to='riskpool.suspension')),
            ],
            options={
                'verbose_name': 'evidence',
                'ordering': ('id',),
            },
        ),
        migrations.AddIndex(
            model_name='duty',
            index=models.Index(fields=['state', 'due_on'], name='duty_by_last_day'),
        ),
        migrations.AddConstraint(
            model_name='duty',
            constraint=models.UniqueConstraint(fields=('alert', 'kind'), name='duty_once_per_alert'),
        ),
        migrations.AddConstraint(
            model_name='duty',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('due_on', None), ('kind', 'government_share')), models.Q(models.Q(('kind', 'government_share'), _negated=True), ('due_on__isnull', False)), _connector='OR'), name='duty_report_has_a_last_day'),
        ),
        migrations.AddConstraint(
            model_name='duty',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'received'), _negated=True), models.Q(('received_at__isnull', False), ('received_by__isnull', False)), _connector='OR'), name='duty_received_by_somebody'),
        ),
        migrations.AddConstraint(
            model_name='duty',
            constraint=models.CheckConstraint(condition=models.Q(('kind', 'government_share'), models.Q(('state__in', ('handed_in', 'returned', 'received')), _negated=True), models.Q(('handed_in_at__isnull', False), ('handed_in_by__isnull', False)), _connector='OR'), name='duty_handed_in_by_somebody'),
        ),
        migrations.AddConstraint(
            model_name='duty',
            constraint=models.CheckConstraint(condition=models.Q(('received_by', None), ('handed_in_by', None), models.Q(('received_by', models.F('handed_in_by')), _negated=True), _connector='OR'), name='duty_received_by_another'),
        ),
        migrations.AddIndex(
            model_name='notice',
            index=models.Index(fields=['user', '-id'], name='notice_of_user'),
        ),
        migrations.AddIndex(
            model_name='notice',
            index=models.Index(condition=models.Q(('read_at', None)), fields=['user'], name='notice_unread'),
        ),
        migrations.AddIndex(
            model_name='notice',
            index=models.Index(condition=models.Q(('mail_tries__lt', 8), ('mailed_at', None)), fields=['id'], name='notice_to_mail'),
        ),
        migrations.AddConstraint(
            model_name='notice',
            constraint=models.UniqueConstraint(fields=('user', 'kind', 'about', 'about_id', 'turn'), name='notice_told_once'),
        ),
        migrations.AddConstraint(
            model_name='suspension',
            constraint=models.UniqueConstraint(condition=models.Q(('state__in', ('asked', 'approved', 'in_force'))), fields=('agreement',), name='suspension_one_open_per_agreement'),
        ),
        migrations.AddConstraint(
            model_name='suspension',
            constraint=models.CheckConstraint(condition=models.Q(('decided_by', None), models.Q(('decided_by', models.F('asked_by')), _negated=True), _connector='OR'), name='suspension_decided_by_another'),
        ),
        migrations.AddConstraint(
            model_name='suspension',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('decided_at', None), ('state', 'asked')), models.Q(models.Q(('state', 'asked'), _negated=True), ('decided_at__isnull', False), ('decided_by__isnull', False)), _connector='OR'), name='suspension_decided_by_somebody'),
        ),
        migrations.AddConstraint(
            model_name='suspension',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state__in', ('approved', 'in_force', 'lifted')), _negated=True), ('starts_at__isnull', False), _connector='OR'), name='suspension_has_its_moment'),
        ),
        migrations.AddConstraint(
            model_name='suspension',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('lifted_at__isnull', False), ('lifted_by__isnull', False), ('state', 'lifted')), models.Q(models.Q(('state', 'lifted'), _negated=True), ('lifted_at', None), ('lifted_by', None)), _connector='OR'), name='suspension_lifted_by_somebody'),
        ),
        guard_append_only("riskpool_dutyevent"),
        guard_append_only("riskpool_dutypaper"),
        guard_append_only("riskpool_suspensionpaper"),
        migrations.RunSQL(sql=GUARD_DUTY, reverse_sql=UNGUARD_DUTY),
        migrations.RunSQL(sql=GUARD_SUSPENSION, reverse_sql=UNGUARD_SUSPENSION),
    ]
