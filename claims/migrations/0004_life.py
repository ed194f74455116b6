"""The whole life of a claim: losses of households, rejection and reversal, payment batches; and what PostgreSQL itself
refuses of it."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from jincheng_insurance.audit.append_only import guard_append_only

GUARDS = """
CREATE FUNCTION check_decision() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    brought bigint;
    old record;
BEGIN
    SELECT submitted_by_id INTO brought FROM claims_claim WHERE id = NEW.claim_id;
    IF NEW.decided_by_id = brought AND NOT (NEW.reverses_id IS NOT NULL AND NEW.inpatient = 0
        AND NEW.outpatient = 0 AND NEW.loss = 0) THEN
        RAISE EXCEPTION 'who submits a claim does not decide it'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'decision_by_another';
    END IF;
    IF NEW.reverses_id IS NOT NULL THEN
        SELECT * INTO old FROM claims_decision WHERE id = NEW.reverses_id;
        IF old.reverses_id IS NOT NULL OR old.claim_id <> NEW.claim_id OR NEW.inpatient <> -old.inpatient
            OR NEW.outpatient <> -old.outpatient OR NEW.loss <> -old.loss THEN
            RAISE EXCEPTION 'a reversal takes back exactly what was granted'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'decision_reverses_exactly';
        END IF;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER claims_decision_checked BEFORE INSERT ON claims_decision
    FOR EACH ROW EXECUTE FUNCTION check_decision();

CREATE FUNCTION check_loss_reversal() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    old record;
BEGIN
    IF NEW.reverses_id IS NOT NULL THEN
        SELECT * INTO old FROM claims_lossentry WHERE id = NEW.reverses_id;
        IF old.reverses_id IS NOT NULL OR old.claim_id <> NEW.claim_id OR old.kind <> NEW.kind
            OR NEW.amount <> -old.amount THEN
            RAISE EXCEPTION 'a reversing entry takes back exactly one entry'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'loss_reverses_exactly';
        END IF;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER claims_lossentry_checked BEFORE INSERT ON claims_lossentry
    FOR EACH ROW EXECUTE FUNCTION check_loss_reversal();

CREATE FUNCTION check_payment() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    old record;
    paid record;
BEGIN
    IF NEW.reverses_id IS NOT NULL THEN
        SELECT * INTO old FROM claims_payment WHERE id = NEW.reverses_id;
        IF old.reverses_id IS NOT NULL OR old.claim_id <> NEW.claim_id OR NEW.amount <> -old.amount THEN
            RAISE EXCEPTION 'a reversal takes back exactly one payment'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'payment_reverses_exactly';
        END IF;
        RETURN NEW;
    END IF;
    SELECT c.state, c.granted, l.claim_id AS of_claim, l.amount, l.state AS line_state, b.state AS batch_state,
           b.agreement_id AS batch_agreement, c.agreement_id
        INTO paid
        FROM claims_claim c
        LEFT JOIN claims_paymentline l ON l.id = NEW.line_id
        LEFT JOIN claims_paymentbatch b ON b.id = l.batch_id
        WHERE c.id = NEW.claim_id;
    IF paid.of_claim IS DISTINCT FROM NEW.claim_id OR paid.line_state <> 'pending' OR paid.batch_state <> 'released'
        OR paid.batch_agreement <> paid.agreement_id OR paid.state NOT IN ('approved', 'paying')
        OR paid.granted IS DISTINCT FROM NEW.amount OR paid.amount <> NEW.amount THEN
        RAISE EXCEPTION 'a payment settles an open line of a released batch with what was granted'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'payment_settles_its_line';
    END IF;
    PERFORM 1 FROM enrollment_agreement
        WHERE id = paid.agreement_id AND payments_suspended_at IS NOT NULL FOR SHARE;
    IF FOUND THEN
        RAISE EXCEPTION 'payments under the agreement are suspended (R22)'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'payment_not_under_suspension';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER claims_payment_checked BEFORE INSERT ON claims_payment
    FOR EACH ROW EXECUTE FUNCTION check_payment();

CREATE FUNCTION check_payment_batch() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.state = 'released' AND (TG_OP = 'INSERT' OR OLD.state <> 'released') AND EXISTS (
        SELECT 1 FROM enrollment_agreement WHERE id = NEW.agreement_id AND payments_suspended_at IS NOT NULL) THEN
        RAISE EXCEPTION 'payments under the agreement are suspended (R22)'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'batch_not_released_under_suspension';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER claims_paymentbatch_checked BEFORE INSERT OR UPDATE ON claims_paymentbatch
    FOR EACH ROW EXECUTE FUNCTION check_payment_batch();

CREATE FUNCTION check_payment_line() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    of_batch text;
BEGIN
    SELECT state INTO of_batch FROM claims_paymentbatch WHERE id = OLD.batch_id;
    IF NEW.batch_id <> OLD.batch_id OR NEW.claim_id <> OLD.claim_id OR NEW.amount <> OLD.amount
        OR (of_batch <> 'draft' AND (NEW.account_sealed IS DISTINCT FROM OLD.account_sealed
            OR NEW.holder_name <> OLD.holder_name OR NEW.bank_name <> OLD.bank_name)) THEN
        RAISE EXCEPTION 'whom a released line pays, and how much, stands'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'payment_line_stands';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER claims_paymentline_checked BEFORE UPDATE ON claims_paymentline
    FOR EACH ROW EXECUTE FUNCTION check_payment_line();
"""

DROP = """
DROP TRIGGER claims_paymentline_checked ON claims_paymentline; DROP FUNCTION check_payment_line();
DROP TRIGGER claims_paymentbatch_checked ON claims_paymentbatch; DROP FUNCTION check_payment_batch();
DROP TRIGGER claims_payment_checked ON claims_payment; DROP FUNCTION check_payment();
DROP TRIGGER claims_lossentry_checked ON claims_lossentry; DROP FUNCTION check_loss_reversal();
DROP TRIGGER claims_decision_checked ON claims_decision; DROP FUNCTION check_decision();
"""


class Migration(migrations.Migration):

    dependencies = [
        ('access', '0002_regions'),
        ('claims', '0003_claimed'),
        ('audit', '0002_guard'),
        ('enrollment', '0002_guards'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='DocumentRequest',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('round', models.PositiveSmallIntegerField()),
                ('missing', models.JSONField(verbose_name='missing documents')),
                ('note', models.CharField(blank=True, max_length=300, verbose_name='note')),
                ('asked_at', models.DateTimeField(auto_now_add=True)),
            ],
            options={
                'verbose_name': 'request for documents',
            },
        ),
        migrations.CreateModel(
            name='LossItem',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('dwelling', 'Dwelling and fixtures'), ('decoration', 'Interior decoration'), ('appliance', 'Home appliances'), ('indoor', 'Other indoor property'), ('machinery', 'Farm machinery'), ('tool', 'Tools'), ('material', 'Production materials'), ('produce', 'Grain and produce')], max_length=10, verbose_name='kind of property')),
                ('name', models.CharField(max_length=80, verbose_name='what')),
                ('quantity', models.DecimalField(decimal_places=2, max_digits=10, verbose_name='quantity')),
                ('unit', models.CharField(max_length=10, verbose_name='unit')),
                ('amount', models.DecimalField(decimal_places=2, max_digits=12, verbose_name='assessed loss')),
                ('standing', models.BooleanField(default=True)),
                ('entered_at', models.DateTimeField(auto_now_add=True)),
            ],
            options={
                'verbose_name': 'item of the loss',
                'ordering': ('id',),
            },
        ),
        migrations.CreateModel(
            name='PaymentBatch',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.CharField(max_length=40, unique=True, verbose_name='batch number')),
                ('state', models.CharField(choices=[('draft', 'Being gathered'), ('released', 'Released'), ('settled', 'Settled'), ('cancelled', 'Cancelled')], default='draft', max_length=9, verbose_name='state')),
                ('single', models.BooleanField(default=False)),
                ('gathered_at', models.DateTimeField(auto_now_add=True, verbose_name='gathered')),
                ('released_at', models.DateTimeField(null=True, verbose_name='released')),
            ],
            options={
                'verbose_name': 'payment batch',
                'ordering': ('-id',),
            },
        ),
        migrations.CreateModel(
            name='PaymentLine',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('amount', models.DecimalField(decimal_places=2, max_digits=12, verbose_name='amount')),
                ('state', models.CharField(choices=[('pending', 'Not paid yet'), ('paid', 'Paid'), ('failed', 'Failed at the bank'), ('returned', 'Money came back'), ('recover', 'To be recovered'), ('dropped', 'Taken out')], default='pending', max_length=8, verbose_name='state')),
                ('holder_name', models.CharField(blank=True, max_length=60, verbose_name='account holder')),
                ('bank_name', models.CharField(blank=True, max_length=80, verbose_name='bank')),
                ('account_sealed', models.BinaryField(null=True)),
                ('relation', models.CharField(blank=True, choices=[('self', 'The insured'), ('guardian', 'Guardian'), ('head', 'Head of the household')], max_length=8, verbose_name='payee')),
                ('proof', models.CharField(blank=True, max_length=120, verbose_name='proof of relation or authority')),
                ('reason', models.CharField(blank=True, max_length=200, verbose_name='reason')),
                ('recorded_at', models.DateTimeField(null=True)),
            ],
            options={
                'verbose_name': 'payment line',
                'ordering': ('id',),
            },
        ),
        migrations.CreateModel(
            name='PropertyLoss',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('cause', models.CharField(choices=[('natural_disaster', 'Natural disaster'), ('theft', 'Theft'), ('fire', 'Fire or explosion, not caused by a disaster'), ('other', 'Another cause')], max_length=16, verbose_name='cause')),
                ('peril', models.CharField(blank=True, max_length=40, verbose_name='natural disaster')),
                ('lost_on', models.DateField(verbose_name='date of the loss')),
                ('place', models.CharField(blank=True, max_length=120, verbose_name='place')),
                ('recovered', models.DecimalField(decimal_places=2, default=0, max_digits=12, verbose_name='recovered from others')),
                ('police_report', models.CharField(blank=True, max_length=60, verbose_name='number of the police report')),
                ('police_station', models.CharField(blank=True, max_length=80, verbose_name='police station')),
                ('police_report_on', models.DateField(blank=True, null=True, verbose_name='date of the police report')),
                ('finding', models.CharField(blank=True, choices=[('none_found', 'Nobody responsible found'), ('cannot_pay', "Found, but can't pay"), ('found', 'Found, and can pay')], max_length=10, verbose_name='finding on who is responsible')),
            ],
            options={
                'verbose_name': 'loss',
            },
        ),
        migrations.CreateModel(
            name='SignOff',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('party', models.CharField(choices=[('village', 'Village committee'), ('insured', 'Insured person'), ('insurer', 'Insurer')], max_length=8, verbose_name='party')),
                ('signed_by', models.CharField(max_length=40, verbose_name='name of who signed')),
                ('authority', models.CharField(blank=True, max_length=120, verbose_name='authority of the agent')),
                ('on', models.DateField(verbose_name='signed on')),
                ('assessed', models.DecimalField(decimal_places=2, max_digits=12, verbose_name='sum signed for')),
                ('standing', models.BooleanField(default=True)),
                ('entered_at', models.DateTimeField(auto_now_add=True)),
            ],
            options={
                'verbose_name': 'sign-off',
                'ordering': ('id',),
            },
        ),
        migrations.RemoveConstraint(
            model_name='benefityear',
            name='benefit_caps_in_bounds',
        ),
        migrations.RemoveConstraint(
            model_name='claim',
            name='claim_approved_has_decision',
        ),
        migrations.RemoveConstraint(
            model_name='decision',
            name='decision_amounts_in_bounds',
        ),
        migrations.RemoveConstraint(
            model_name='payment',
            name='payment_amount_in_bounds',
        ),
        migrations.AddField(
            model_name='benefityear',
            name='insured_household',
            field=models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='benefit_year', to='enrollment.insuredhousehold'),
        ),
        migrations.AddField(
            model_name='benefityear',
            name='property_cap',
            field=models.DecimalField(decimal_places=2, default=0, max_digits=12),
        ),
        migrations.AddField(
            model_name='benefityear',
            name='property_granted',
            field=models.DecimalField(decimal_places=2, default=0, max_digits=12),
        ),
        migrations.AddField(
            model_name='claim',
            name='late',
            field=models.BooleanField(default=False, verbose_name='reported late'),
        ),
        migrations.AddField(
            model_name='claim',
            name='once',
            field=models.UUIDField(null=True, unique=True),
        ),
        migrations.AddField(
            model_name='claim',
            name='pay_by',
            field=models.DateField(blank=True, null=True, verbose_name='to be paid by'),
        ),
        migrations.AddField(
            model_name='claim',
            name='rejected_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='claim',
            name='rejection_reason',
            field=models.CharField(blank=True, choices=[('outside_cover', 'Outside the cover or the policy year'), ('not_in_basic_insurance', 'Not in basic medical insurance'), ('cause_not_covered', 'Cause of the loss not covered'), ('responsible_party', 'Somebody responsible can pay'), ('claimed_already', 'Claimed already'), ('untrue', 'Documents or statements untrue'), ('not_proven', 'Not proven by the documents'), ('other', 'Another reason')], max_length=24, verbose_name='reason of the rejection'),
        ),
        migrations.AddField(
            model_name='claim',
            name='round',
            field=models.PositiveSmallIntegerField(default=1),
        ),
        migrations.AddField(
            model_name='claimevent',
            name='amount',
            field=models.DecimalField(decimal_places=2, max_digits=12, null=True, verbose_name='amount'),
        ),
        migrations.AddField(
            model_name='decision',
            name='insured_household',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='decisions', to='enrollment.insuredhousehold'),
        ),
        migrations.AddField(
            model_name='decision',
            name='loss',
            field=models.DecimalField(decimal_places=2, default=0, max_digits=12),
        ),
        migrations.AddField(
            model_name='decision',
            name='reason',
            field=models.CharField(blank=True, max_length=300, verbose_name='reason'),
        ),
        migrations.AddField(
            model_name='medicalbill',
            name='charity',
            field=models.DecimalField(decimal_places=2, default=0, max_digits=12, verbose_name='charity and fixed-sum benefits'),
        ),
        migrations.AddField(
            model_name='medicalbill',
            name='ended_as',
            field=models.CharField(blank=True, choices=[('removed', 'Removed'), ('replaced', 'Corrected'), ('rejected', 'Claim rejected'), ('withdrawn', 'Claim withdrawn'), ('reversed', 'Decision reversed')], max_length=10),
        ),
        migrations.AddField(
            model_name='medicalbill',
            name='replaces',
            field=models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='replaced_by', to='claims.medicalbill'),
        ),
        migrations.AddField(
            model_name='payment',
            name='reverses',
            field=models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='reversed_by', to='claims.payment'),
        ),
        migrations.AlterField(
            model_name='benefityear',
            name='inpatient_cap',
            field=models.DecimalField(decimal_places=2, default=0, max_digits=12),
        ),
        migrations.AlterField(
            model_name='benefityear',
            name='insured_person',
            field=models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='benefit_year', to='enrollment.insuredperson'),
        ),
        migrations.AlterField(
            model_name='benefityear',
            name='outpatient_cap',
            field=models.DecimalField(decimal_places=2, default=0, max_digits=12),
        ),
        migrations.AlterField(
            model_name='claim',
            name='state',
            field=models.CharField(choices=[('reported', 'Reported'), ('assessing', 'Being assessed'), ('submitted', 'Submitted'), ('approved', 'Approved'), ('paying', 'Being paid'), ('closed', 'Closed'), ('rejected', 'Payment refused'), ('withdrawn', 'Withdrawn')], default='reported', max_length=10, verbose_name='state'),
        ),
        migrations.AlterField(
            model_name='claimevent',
            name='to_state',
            field=models.CharField(choices=[('reported', 'Reported'), ('assessing', 'Being assessed'), ('submitted', 'Submitted'), ('approved', 'Approved'), ('paying', 'Being paid'), ('closed', 'Closed'), ('rejected', 'Payment refused'), ('withdrawn', 'Withdrawn')], max_length=10),
        ),
        migrations.AlterField(
            model_name='payment',
            name='claim',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='payments', to='claims.claim'),
        ),
        migrations.AddIndex(
            model_name='claim',
            index=models.Index(condition=models.Q(('state__in', ('approved', 'paying'))), fields=['pay_by'], name='claim_to_pay'),
        ),
        migrations.AddConstraint(
            model_name='benefityear',
            constraint=models.CheckConstraint(condition=models.Q(('property_granted__gte', 0), ('property_granted__lte', models.F('property_cap'))), name='benefit_property_within_cap'),
        ),
        migrations.AddConstraint(
            model_name='benefityear',
            constraint=models.CheckConstraint(condition=models.Q(('inpatient_cap__lt', 10000000000), ('outpatient_cap__lt', 10000000000), ('property_cap__lt', 10000000000)), name='benefit_caps_in_bounds'),
        ),
        migrations.AddConstraint(
            model_name='benefityear',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('insured_household', None), ('insured_person__isnull', False), ('property_cap', 0)), models.Q(('inpatient_cap', 0), ('insured_household__isnull', False), ('insured_person', None), ('outpatient_cap', 0)), _connector='OR'), name='benefit_of_person_or_household'),
        ),
        migrations.AddConstraint(
            model_name='claim',
            constraint=models.CheckConstraint(condition=models.Q(('rejected_by', None), models.Q(('submitted_by__isnull', False), models.Q(('rejected_by', models.F('submitted_by')), _negated=True)), models.Q(('submitted_by', None), models.Q(('rejected_by', models.F('reported_by')), _negated=True)), _connector='OR'), name='claim_rejected_by_another'),
        ),
        migrations.AddConstraint(
            model_name='claim',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'rejected'), _negated=True), models.Q(('rejected_by__isnull', False), ('rejection_reason__in', ['outside_cover', 'not_in_basic_insurance', 'cause_not_covered', 'responsible_party', 'claimed_already', 'untrue', 'not_proven', 'other'])), _connector='OR'), name='claim_rejected_says_why'),
        ),
        migrations.AddConstraint(
            model_name='claim',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state__in', ('approved', 'paying', 'closed')), _negated=True), models.Q(('approved_by__isnull', False), ('granted__isnull', False)), _connector='OR'), name='claim_approved_has_decision'),
        ),
        migrations.AddConstraint(
            model_name='claim',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ('approved', 'paying', 'closed')), ('granted', None), _connector='OR'), name='claim_granted_only_once_decided'),
        ),
        migrations.AddConstraint(
            model_name='decision',
            constraint=models.CheckConstraint(condition=models.Q(('inpatient__gt', -10000000000), ('inpatient__lt', 10000000000), ('loss__gt', -10000000000), ('loss__lt', 10000000000), ('outpatient__gt', -10000000000), ('outpatient__lt', 10000000000)), name='decision_amounts_in_bounds'),
        ),
        migrations.AddConstraint(
            model_name='decision',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('inpatient__gte', 0), ('loss__gte', 0), ('outpatient__gte', 0), ('reverses', None)), models.Q(('inpatient__lte', 0), ('loss__lte', 0), ('outpatient__lte', 0), ('reverses__isnull', False)), _connector='OR'), name='decision_grants_or_takes_back'),
        ),
        migrations.AddConstraint(
            model_name='medicalbill',
            constraint=models.CheckConstraint(condition=models.Q(('charity__gte', 0), ('charity__lt', 10000000000)), name='bill_charity_in_bounds'),
        ),
        migrations.AddConstraint(
            model_name='medicalbill',
            constraint=models.CheckConstraint(condition=models.Q(('standing', False), ('ended_as', ''), _connector='OR'), name='bill_standing_has_not_ended'),
        ),
        migrations.AddField(
            model_name='documentrequest',
            name='asked_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='documentrequest',
            name='claim',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='document_requests', to='claims.claim'),
        ),
        migrations.AddField(
            model_name='lossitem',
            name='entered_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='paymentbatch',
            name='agreement',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='payment_batches', to='enrollment.agreement'),
        ),
        migrations.AddField(
            model_name='paymentbatch',
            name='county',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='access.region', verbose_name='county'),
        ),
        migrations.AddField(
            model_name='paymentbatch',
            name='gathered_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='paymentbatch',
            name='policy_year',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='enrollment.policyyear'),
        ),
        migrations.AddField(
            model_name='paymentbatch',
            name='released_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='paymentline',
            name='batch',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='lines', to='claims.paymentbatch'),
        ),
        migrations.AddField(
            model_name='paymentline',
            name='claim',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='payment_lines', to='claims.claim'),
        ),
        migrations.AddField(
            model_name='paymentline',
            name='recorded_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='payment',
            name='line',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='payments', to='claims.paymentline'),
        ),
        migrations.AddConstraint(
            model_name='payment',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('amount__gt', 0), ('amount__lt', 10000000000), ('reverses', None)), models.Q(('amount__gt', -10000000000), ('amount__lt', 0), ('reverses__isnull', False)), _connector='OR'), name='payment_amount_in_bounds'),
        ),
        migrations.AddConstraint(
            model_name='payment',
            constraint=models.UniqueConstraint(condition=models.Q(('reverses', None)), fields=('line',), name='payment_once_a_line'),
        ),
        migrations.AddConstraint(
            model_name='payment',
            constraint=models.UniqueConstraint(condition=models.Q(('line', None), ('reverses', None)), fields=('claim',), name='payment_without_line_once'),
        ),
        migrations.AddField(
            model_name='propertyloss',
            name='claim',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='loss', to='claims.claim'),
        ),
        migrations.AddField(
            model_name='lossitem',
            name='loss',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='items', to='claims.propertyloss'),
        ),
        migrations.AddField(
            model_name='signoff',
            name='entered_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='signoff',
            name='loss',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='sign_offs', to='claims.propertyloss'),
        ),
        migrations.AddConstraint(
            model_name='documentrequest',
            constraint=models.UniqueConstraint(fields=('claim', 'round'), name='documents_asked_for_once'),
        ),
        migrations.AddConstraint(
            model_name='paymentbatch',
            constraint=models.CheckConstraint(condition=models.Q(('released_by', None), ('single', True), models.Q(('released_by', models.F('gathered_by')), _negated=True), _connector='OR'), name='batch_released_by_another'),
        ),
        migrations.AddConstraint(
            model_name='paymentbatch',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state__in', ('released', 'settled')), _negated=True), models.Q(('released_at__isnull', False), ('released_by__isnull', False)), _connector='OR'), name='batch_released_by_somebody'),
        ),
        migrations.AddConstraint(
            model_name='paymentline',
            constraint=models.UniqueConstraint(condition=models.Q(('state__in', ('pending', 'paid'))), fields=('claim',), name='line_claim_once_live'),
        ),
        migrations.AddConstraint(
            model_name='paymentline',
            constraint=models.CheckConstraint(condition=models.Q(('amount__gt', 0), ('amount__lt', 10000000000)), name='payment_line_amount_in_bounds'),
        ),
        migrations.AddConstraint(
            model_name='propertyloss',
            constraint=models.CheckConstraint(condition=models.Q(('recovered__gte', 0), ('recovered__lt', 10000000000)), name='loss_recovered_in_bounds'),
        ),
        migrations.AddConstraint(
            model_name='propertyloss',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('cause', 'natural_disaster'), models.Q(('peril', ''), _negated=True)), models.Q(models.Q(('cause', 'natural_disaster'), _negated=True), ('peril', '')), _connector='OR'), name='loss_disaster_is_named'),
        ),
        migrations.AddConstraint(
            model_name='lossitem',
            constraint=models.CheckConstraint(condition=models.Q(('amount__gte', 0), ('amount__lt', 10000000000), ('quantity__gt', 0), ('quantity__lt', 100000000)), name='loss_item_in_bounds'),
        ),
        migrations.AddConstraint(
            model_name='signoff',
            constraint=models.UniqueConstraint(condition=models.Q(('standing', True)), fields=('loss', 'party'), name='sign_off_once_a_party'),
        ),
        migrations.AddConstraint(
            model_name='signoff',
            constraint=models.CheckConstraint(condition=models.Q(('authority', ''), ('party', 'insured'), _connector='OR'), name='sign_off_agent_for_the_insured'),
        ),
        migrations.RunSQL(
            sql="CREATE SEQUENCE claims_batch_number_seq", reverse_sql="DROP SEQUENCE claims_batch_number_seq"
        ),
        guard_append_only("claims_payment"),
        guard_append_only("claims_documentrequest"),
        migrations.RunSQL(sql=GUARDS, reverse_sql=DROP),
    ]
