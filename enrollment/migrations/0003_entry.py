"""Newborns without a number yet, and payee accounts. PostgreSQL itself keeps an account as it was proposed: it begins as a
proposal, its holder, bank and number never change, and it is never decided twice or removed."""

import datetime

import django.db.models.deletion
import django.db.models.expressions
from django.conf import settings
from django.db import migrations, models

GUARDS = """
CREATE FUNCTION check_payee_account() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'payee accounts are never removed'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'payee_account_stays';
    END IF;
    IF TG_OP = 'INSERT' THEN
        IF NEW.state <> 'proposed' THEN
            RAISE EXCEPTION 'a payee account begins as a proposal'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'payee_account_begins_proposed';
        END IF;
        RETURN NEW;
    END IF;
    IF (NEW.person_id, NEW.county_id, NEW.agreement_id, NEW.holder_name, NEW.relation, NEW.proof_note, NEW.bank_name,
        NEW.account_index, NEW.proposed_by_id, NEW.proposed_at)
        IS DISTINCT FROM
        (OLD.person_id, OLD.county_id, OLD.agreement_id, OLD.holder_name, OLD.relation, OLD.proof_note, OLD.bank_name,
        OLD.account_index, OLD.proposed_by_id, OLD.proposed_at) THEN
        RAISE EXCEPTION 'a payee account stays as it was proposed: propose another one'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'payee_account_stays_as_proposed';
    END IF;
    IF OLD.state <> 'proposed' AND (NEW.decided_by_id, NEW.decided_at, NEW.reason)
        IS DISTINCT FROM (OLD.decided_by_id, OLD.decided_at, OLD.reason) THEN
        RAISE EXCEPTION 'this payee account was decided'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'payee_account_decided_once';
    END IF;
    IF NEW.state <> OLD.state AND NOT (OLD.state = 'proposed'
        OR (OLD.state = 'confirmed' AND NEW.state = 'superseded')) THEN
        RAISE EXCEPTION 'a payee account does not go from % to %', OLD.state, NEW.state
            USING ERRCODE = 'check_violation', CONSTRAINT = 'payee_account_decided_once';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER payee_account_stands BEFORE INSERT OR UPDATE OR DELETE ON enrollment_payeeaccount
    FOR EACH ROW EXECUTE FUNCTION check_payee_account();
"""

DROP = "DROP TRIGGER payee_account_stands ON enrollment_payeeaccount; DROP FUNCTION check_payee_account();"


class Migration(migrations.Migration):

    dependencies = [
        ('access', '0002_regions'),
        ('enrollment', '0002_guards'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='PayeeAccount',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('holder_name', models.CharField(max_length=60, verbose_name='account holder')),
                ('relation', models.CharField(choices=[('self', 'The insured person'), ('guardian', 'Guardian'), ('head', 'Head of the household')], max_length=8, verbose_name='holder is')),
                ('proof_note', models.CharField(blank=True, max_length=200, verbose_name='proof')),
                ('bank_name', models.CharField(max_length=80, verbose_name='bank')),
                ('account_sealed', models.BinaryField()),
                ('account_index', models.BinaryField()),
                ('state', models.CharField(choices=[('proposed', 'Waiting for confirmation'), ('confirmed', 'Confirmed'), ('refused', 'Refused'), ('superseded', 'Superseded')], default='proposed', max_length=10, verbose_name='state')),
                ('proposed_at', models.DateTimeField(auto_now_add=True, verbose_name='proposed at')),
                ('decided_at', models.DateTimeField(blank=True, null=True, verbose_name='decided at')),
                ('reason', models.CharField(blank=True, max_length=200, verbose_name='reason')),
            ],
            options={
                'verbose_name': 'payee account',
                'ordering': ('-id',),
            },
        ),
        migrations.AddField(
            model_name='rosterperson',
            name='added_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='added by'),
        ),
        migrations.AddField(
            model_name='rosterperson',
            name='added_on',
            field=models.DateField(blank=True, null=True, verbose_name='added on'),
        ),
        migrations.AddField(
            model_name='rosterperson',
            name='number_pending',
            field=models.BooleanField(db_default=False, default=False, verbose_name='number pending'),
        ),
        migrations.AlterField(
            model_name='rosterperson',
            name='id_number_index',
            field=models.BinaryField(null=True, unique=True),
        ),
        migrations.AlterField(
            model_name='rosterperson',
            name='id_number_sealed',
            field=models.BinaryField(null=True),
        ),
        migrations.AlterField(
            model_name='rosterperson',
            name='seen_in',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='enrollment.rosterimport'),
        ),
        migrations.AddConstraint(
            model_name='rosterperson',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('id_number_index', None), ('id_number_sealed', None), ('number_pending', True)), models.Q(('id_number_index__isnull', False), ('id_number_sealed__isnull', False), ('number_pending', False)), _connector='OR'), name='roster_person_number_or_pending'),
        ),
        migrations.AddConstraint(
            model_name='rosterperson',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('added_by', None), ('added_on', None), ('number_pending', False), ('seen_in__isnull', False)), models.Q(('added_by__isnull', False), ('added_on__isnull', False)), _connector='OR'), name='roster_person_has_source'),
        ),
        migrations.AddConstraint(
            model_name='rosterperson',
            constraint=models.CheckConstraint(condition=models.Q(('added_on', None), models.Q(('birth_date__gt', django.db.models.expressions.CombinedExpression(models.F('added_on'), '-', models.Value(datetime.timedelta(days=731)))), ('birth_date__lte', models.F('added_on'))), _connector='OR'), name='roster_person_added_is_newborn'),
        ),
        migrations.AddConstraint(
            model_name='rosterperson',
            constraint=models.UniqueConstraint(condition=models.Q(('number_pending', True)), fields=('household', 'name', 'birth_date'), name='roster_person_pending_once'),
        ),
        migrations.AddField(
            model_name='payeeaccount',
            name='agreement',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='payee_accounts', to='enrollment.agreement', verbose_name='agreement'),
        ),
        migrations.AddField(
            model_name='payeeaccount',
            name='county',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='access.region', verbose_name='county'),
        ),
        migrations.AddField(
            model_name='payeeaccount',
            name='decided_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='decided by'),
        ),
        migrations.AddField(
            model_name='payeeaccount',
            name='person',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='accounts', to='enrollment.rosterperson', verbose_name='insured person'),
        ),
        migrations.AddField(
            model_name='payeeaccount',
            name='proposed_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='proposed by'),
        ),
        migrations.AddIndex(
            model_name='payeeaccount',
            index=models.Index(fields=['account_index'], name='payee_account_by_index'),
        ),
        migrations.AddConstraint(
            model_name='payeeaccount',
            constraint=models.CheckConstraint(condition=models.Q(('decided_by', None), models.Q(('decided_by', models.F('proposed_by')), _negated=True), _connector='OR'), name='payee_account_decided_by_another'),
        ),
        migrations.AddConstraint(
            model_name='payeeaccount',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('decided_at', None), ('decided_by', None), ('state', 'proposed')), models.Q(('decided_at__isnull', False), ('decided_by__isnull', False), ('state__in', ('confirmed', 'refused'))), ('state', 'superseded'), _connector='OR'), name='payee_account_decision_fits_state'),
        ),
        migrations.AddConstraint(
            model_name='payeeaccount',
            constraint=models.CheckConstraint(condition=models.Q(('relation', 'self'), models.Q(('proof_note', ''), _negated=True), _connector='OR'), name='payee_account_of_another_has_proof'),
        ),
        migrations.AddConstraint(
            model_name='payeeaccount',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'refused'), _negated=True), models.Q(('reason', ''), _negated=True), _connector='OR'), name='payee_account_refused_with_reason'),
        ),
        migrations.AddConstraint(
            model_name='payeeaccount',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'confirmed')), fields=('person',), name='payee_account_one_confirmed'),
        ),
        migrations.AddConstraint(
            model_name='payeeaccount',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'proposed')), fields=('person',), name='payee_account_one_waiting'),
        ),
        migrations.RunSQL(sql=GUARDS, reverse_sql=DROP),
    ]
