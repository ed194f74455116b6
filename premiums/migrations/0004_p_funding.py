"""Money allocated, paid and received, reminders of arrears, and statements cancelled by their opposite, with their guards."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from jincheng_insurance.audit.append_only import guard_append_only

CHECK_LINE = """
CREATE OR REPLACE FUNCTION check_statement_line() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    stated record;
    house record;
    gone timestamptz;
    before numeric;
BEGIN
    SELECT agreement_id, kind, cancels_id INTO stated FROM premiums_premiumstatement WHERE id = NEW.statement_id;
    SELECT agreement_id, withdrawn_at INTO house FROM enrollment_insuredhousehold WHERE id = NEW.insured_household_id;
    gone := house.withdrawn_at;
    IF NEW.insured_person_id IS NOT NULL THEN
        SELECT withdrawn_at INTO gone FROM enrollment_insuredperson
            WHERE id = NEW.insured_person_id AND insured_household_id = NEW.insured_household_id;
        IF NOT FOUND THEN
            RAISE EXCEPTION 'the person isn''t insured with this household'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'line_person_of_household';
        END IF;
    END IF;
    IF house.agreement_id IS DISTINCT FROM stated.agreement_id THEN
        RAISE EXCEPTION 'the household is insured under another agreement (R17)'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'line_under_its_agreement';
    END IF;
    IF stated.kind = 'cancellation' THEN
        IF NOT EXISTS (
            SELECT FROM premiums_statementline
            WHERE statement_id = stated.cancels_id AND insured_household_id = NEW.insured_household_id
              AND insured_person_id IS NOT DISTINCT FROM NEW.insured_person_id AND amount = -NEW.amount
        ) THEN
            RAISE EXCEPTION 'a cancellation takes back the lines of the statement it cancels (R18)'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'line_cancels_its_line';
        END IF;
    ELSE
        IF (NEW.serial % 2 = 0) <> (stated.kind = 'refund') THEN
            RAISE EXCEPTION 'a refund statement refunds, any other charges (R18)'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'line_fits_its_statement';
        END IF;
        IF (NEW.serial % 2 = 0) <> (gone IS NOT NULL) THEN
            RAISE EXCEPTION 'who is insured is charged, who was withdrawn is refunded (R18)'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'line_fits_its_unit';
        END IF;
    END IF;
    IF NEW.serial > 1 THEN
        SELECT amount INTO before FROM premiums_statementline
            WHERE insured_household_id = NEW.insured_household_id AND serial = NEW.serial - 1
              AND insured_person_id IS NOT DISTINCT FROM NEW.insured_person_id;
        IF NOT FOUND OR (NEW.amount <> -before AND (NEW.serial % 2 = 0 OR stated.kind = 'cancellation')) THEN
            RAISE EXCEPTION 'a refund takes back exactly the charge before it (R18)'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'line_refunds_its_charge';
        END IF;
    END IF;
    RETURN NEW;
END $$;
"""

CHECK_STATEMENT = """
CREATE FUNCTION check_premium_statement() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    cancelled record;
BEGIN
    PERFORM FROM enrollment_agreement WHERE id = NEW.agreement_id FOR NO KEY UPDATE;
    IF NEW.kind = 'first' AND EXISTS (
        SELECT FROM premiums_premiumstatement s
        WHERE s.agreement_id = NEW.agreement_id AND s.kind = 'first'
          AND NOT EXISTS (SELECT FROM premiums_premiumstatement c WHERE c.cancels_id = s.id)
    ) THEN
        RAISE EXCEPTION 'an agreement has one first statement (R18)'
            USING ERRCODE = 'unique_violation', CONSTRAINT = 'statement_one_first_per_agreement';
    END IF;
    IF NEW.kind = 'cancellation' THEN
        SELECT * INTO cancelled FROM premiums_premiumstatement WHERE id = NEW.cancels_id;
        IF cancelled.agreement_id <> NEW.agreement_id OR cancelled.kind = 'cancellation'
            OR (NEW.city_share, NEW.county_share) IS DISTINCT FROM (-cancelled.city_share, -cancelled.county_share)
        THEN
            RAISE EXCEPTION 'a cancellation is the exact opposite of the statement it cancels (R18)'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'statement_cancels_its_opposite';
        END IF;
        IF EXISTS (
            SELECT FROM premiums_premiumstatement s
            WHERE s.agreement_id = NEW.agreement_id AND s.id > cancelled.id AND s.kind <> 'cancellation'
              AND NOT EXISTS (SELECT FROM premiums_premiumstatement c WHERE c.cancels_id = s.id)
        ) THEN
            RAISE EXCEPTION 'statements are cancelled from the latest on (R18)'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'statement_cancels_the_latest';
        END IF;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER premium_statement_fits BEFORE INSERT ON premiums_premiumstatement
    FOR EACH ROW EXECUTE FUNCTION check_premium_statement();
"""

CHECK_FUND = """
CREATE FUNCTION check_fund_entry() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    wrong record;
BEGIN
    IF NEW.reverses_id IS NOT NULL THEN
        SELECT * INTO wrong FROM premiums_fundentry WHERE id = NEW.reverses_id;
        IF wrong.reverses_id IS NOT NULL
            OR (wrong.agreement_id, wrong.side, wrong.kind, wrong.amount)
               IS DISTINCT FROM (NEW.agreement_id, NEW.side, NEW.kind, -NEW.amount)
        THEN
            RAISE EXCEPTION 'a reversal is the exact opposite of the entry it reverses'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'fund_reversal_is_opposite';
        END IF;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER fund_entry_fits BEFORE INSERT ON premiums_fundentry
    FOR EACH ROW EXECUTE FUNCTION check_fund_entry();
CREATE FUNCTION check_receipt() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM premiums_fundentry
        WHERE id = NEW.entry_id AND kind = 'paid' AND reverses_id IS NULL
    ) THEN
        RAISE EXCEPTION 'only a payment is received'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'receipt_of_a_payment';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER receipt_fits BEFORE INSERT ON premiums_receipt
    FOR EACH ROW EXECUTE FUNCTION check_receipt();
"""


class Migration(migrations.Migration):

    dependencies = [
        ('access', '0003_api'),
        ('enrollment', '0007_search'),
        ('premiums', '0003_lines'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterField(
            model_name='fundentry',
            name='side',
            field=models.CharField(choices=[('city', 'City level'), ('county', 'County level')], max_length=6, verbose_name='side'),
        ),
        migrations.CreateModel(
            name='Receipt',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('amount', models.DecimalField(decimal_places=2, max_digits=14, verbose_name='amount received')),
                ('on', models.DateField(verbose_name='received on')),
                ('note', models.CharField(blank=True, max_length=200, verbose_name='note')),
                ('confirmed_at', models.DateTimeField(auto_now_add=True)),
            ],
            options={
                'verbose_name': 'receipt',
            },
        ),
        migrations.CreateModel(
            name='Reminder',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('side', models.CharField(choices=[('city', 'City level'), ('county', 'County level')], max_length=6, verbose_name='side')),
                ('month', models.DateField(verbose_name='month')),
                ('arrears', models.DecimalField(decimal_places=2, max_digits=14, verbose_name='arrears')),
                ('unpaid_since', models.DateField(verbose_name='unpaid since')),
                ('reminded_at', models.DateTimeField(auto_now_add=True, verbose_name='reminded')),
            ],
            options={
                'verbose_name': 'reminder',
                'ordering': ('-reminded_at', '-pk'),
            },
        ),
        migrations.RemoveConstraint(
            model_name='premiumstatement',
            name='statement_one_first_per_agreement',
        ),
        migrations.RemoveConstraint(
            model_name='premiumstatement',
            name='statement_due_in_bounds',
        ),
        migrations.AddField(
            model_name='fundentry',
            name='document',
            field=models.CharField(blank=True, max_length=60, verbose_name='document number'),
        ),
        migrations.AddField(
            model_name='fundentry',
            name='reason',
            field=models.CharField(blank=True, max_length=200, verbose_name='reason'),
        ),
        migrations.AddField(
            model_name='premiumstatement',
            name='cancels',
            field=models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='cancelled_by', to='premiums.premiumstatement'),
        ),
        migrations.AddField(
            model_name='premiumstatement',
            name='reason',
            field=models.CharField(blank=True, max_length=200, verbose_name='reason'),
        ),
        migrations.AlterField(
            model_name='premiumstatement',
            name='kind',
            field=models.CharField(choices=[('first', 'First statement'), ('supplementary', 'Supplementary statement'), ('refund', 'Refund statement'), ('cancellation', 'Cancellation statement')], max_length=15, verbose_name='kind'),
        ),
        migrations.AddConstraint(
            model_name='fundentry',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('kind__in', ('allocated', 'paid')), _negated=True), ('reverses__isnull', False), models.Q(('amount__gt', 0), models.Q(('document', ''), _negated=True)), _connector='OR'), name='fund_move_has_amount_and_document'),
        ),
        migrations.AddConstraint(
            model_name='fundentry',
            constraint=models.CheckConstraint(condition=models.Q(('reverses', None), models.Q(('reason', ''), _negated=True), _connector='OR'), name='fund_reversal_has_a_reason'),
        ),
        migrations.AddConstraint(
            model_name='premiumstatement',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('due__gte', 0), ('due__lt', 1000000000000), models.Q(('kind', 'refund'), _negated=True)), models.Q(('due__gt', -1000000000000), ('due__lte', 0), ('kind', 'refund')), models.Q(('due__gt', -1000000000000), ('due__lt', 1000000000000), ('kind', 'cancellation')), _connector='OR'), name='statement_due_in_bounds'),
        ),
        migrations.AddConstraint(
            model_name='premiumstatement',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('cancels__isnull', False), ('kind', 'cancellation'), models.Q(('reason', ''), _negated=True)), models.Q(models.Q(('kind', 'cancellation'), _negated=True), ('cancels', None)), _connector='OR'), name='statement_cancels_with_a_reason'),
        ),
        migrations.AddField(
            model_name='receipt',
            name='confirmed_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='receipt',
            name='entry',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='receipts', to='premiums.fundentry'),
        ),
        migrations.AddField(
            model_name='reminder',
            name='agreement',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='enrollment.agreement', verbose_name='agreement'),
        ),
        migrations.AddField(
            model_name='reminder',
            name='county',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='access.region', verbose_name='county'),
        ),
        migrations.AddField(
            model_name='reminder',
            name='policy_year',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='enrollment.policyyear'),
        ),
        migrations.AddConstraint(
            model_name='receipt',
            constraint=models.CheckConstraint(condition=models.Q(('amount__gte', 0), ('amount__lt', 1000000000000)), name='receipt_amount_in_bounds'),
        ),
        migrations.AddConstraint(
            model_name='reminder',
            constraint=models.UniqueConstraint(fields=('agreement', 'side', 'month'), name='reminder_once_a_month'),
        ),
        migrations.AddConstraint(
            model_name='reminder',
            constraint=models.CheckConstraint(condition=models.Q(('arrears__gt', 0), ('arrears__lt', 1000000000000)), name='reminder_of_arrears'),
        ),
        migrations.RunSQL(sql=CHECK_LINE, reverse_sql=migrations.RunSQL.noop),
        migrations.RunSQL(
            sql=CHECK_STATEMENT,
            reverse_sql="DROP TRIGGER premium_statement_fits ON premiums_premiumstatement;"
            " DROP FUNCTION check_premium_statement();",
        ),
        migrations.RunSQL(
            sql=CHECK_FUND,
            reverse_sql="DROP TRIGGER fund_entry_fits ON premiums_fundentry; DROP FUNCTION check_fund_entry();"
            " DROP TRIGGER receipt_fits ON premiums_receipt; DROP FUNCTION check_receipt();",
        ),
        guard_append_only("premiums_receipt"),
        guard_append_only("premiums_reminder"),
    ]
