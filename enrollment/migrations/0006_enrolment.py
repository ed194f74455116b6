"""Withdrawing and moving: insured rows that may be marked as withdrawn, moves between counties, and what PostgreSQL
refuses of both. The county of an insured household is the roster's when it is enrolled; it may move afterwards (R3)."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

CHECKS = """
CREATE OR REPLACE FUNCTION check_insured_household() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    listed record;
    bound record;
BEGIN
    SELECT category, listed_on, county_id INTO listed
        FROM enrollment_rosterhousehold WHERE id = NEW.roster_household_id FOR SHARE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'household % is not on the roster (R2)', NEW.roster_household_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'insured_household_is_listed';
    END IF;
    IF TG_OP = 'UPDATE' AND NEW.roster_household_id <> OLD.roster_household_id THEN
        RAISE EXCEPTION 'an insured household is never exchanged for another (R2)'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'insured_household_stays_itself';
    END IF;
    SELECT policy_year_id, county_id INTO bound FROM enrollment_agreement WHERE id = NEW.agreement_id;
    IF bound.policy_year_id <> NEW.policy_year_id OR bound.county_id <> NEW.county_id
        OR ((TG_OP = 'INSERT' OR NEW.agreement_id <> OLD.agreement_id OR NEW.county_id <> OLD.county_id)
            AND listed.county_id <> NEW.county_id) THEN
        RAISE EXCEPTION 'the agreement is for another county or year (R17)'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'insured_household_under_its_agreement';
    END IF;
    IF (TG_OP = 'INSERT' OR NEW.category <> OLD.category) AND listed.category <> NEW.category THEN
        RAISE EXCEPTION 'the roster lists this household as % (R1)', listed.category
            USING ERRCODE = 'check_violation', CONSTRAINT = 'insured_household_category_as_listed';
    END IF;
    IF listed.category IN ('MARGINAL', 'SEVERE_DIFFICULTY')
        AND (TG_OP = 'INSERT' OR NEW.cover_from < OLD.cover_from OR NEW.category <> OLD.category)
        AND (listed.listed_on IS NULL OR NEW.cover_from < listed.listed_on) THEN
        RAISE EXCEPTION 'cover can''t begin before the household was listed on % (R2)', listed.listed_on
            USING ERRCODE = 'check_violation', CONSTRAINT = 'insured_household_not_before_listing';
    END IF;
    IF extract(year FROM NEW.cover_from) <> NEW.policy_year_id OR extract(year FROM NEW.cover_to) <> NEW.policy_year_id
    THEN
        RAISE EXCEPTION 'cover lies outside the policy year (R3)'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'insured_household_within_year';
    END IF;
    RETURN NEW;
END $$;

CREATE OR REPLACE FUNCTION check_insured_person() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    house record;
    listed record;
    listed_in bigint;
BEGIN
    IF TG_OP = 'UPDATE' AND (NEW.roster_person_id <> OLD.roster_person_id
        OR NEW.insured_household_id <> OLD.insured_household_id) THEN
        RAISE EXCEPTION 'an insured person is never exchanged for another (R2)'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'insured_person_stays_themselves';
    END IF;
    SELECT roster_household_id, policy_year_id, county_id, cover_from, cover_to INTO house
        FROM enrollment_insuredhousehold WHERE id = NEW.insured_household_id FOR SHARE;
    SELECT household_id INTO listed_in FROM enrollment_rosterperson WHERE id = NEW.roster_person_id FOR SHARE;
    IF TG_OP = 'INSERT' AND listed_in IS DISTINCT FROM house.roster_household_id THEN
        RAISE EXCEPTION 'the person is not listed in this household (R2)'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'insured_person_is_listed';
    END IF;
    IF house.policy_year_id <> NEW.policy_year_id OR house.county_id <> NEW.county_id
        OR NEW.cover_from < house.cover_from OR NEW.cover_to > house.cover_to THEN
        RAISE EXCEPTION 'the person''s cover goes beyond the household''s (R2)'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'insured_person_within_household';
    END IF;
    SELECT category, listed_on INTO listed FROM enrollment_rosterhousehold WHERE id = house.roster_household_id;
    IF listed.category IN ('MARGINAL', 'SEVERE_DIFFICULTY')
        AND (TG_OP = 'INSERT' OR NEW.cover_from < OLD.cover_from)
        AND (listed.listed_on IS NULL OR NEW.cover_from < listed.listed_on) THEN
        RAISE EXCEPTION 'cover can''t begin before the household was listed on % (R2)', listed.listed_on
            USING ERRCODE = 'check_violation', CONSTRAINT = 'insured_person_not_before_listing';
    END IF;
    RETURN NEW;
END $$;
"""

WITHDRAWAL = """
CREATE FUNCTION check_withdrawal() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.withdrawn_at IS NOT NULL THEN
        RAISE EXCEPTION 'what was withdrawn stands so; enrol anew'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'insured_withdrawal_stands';
    END IF;
    IF OLD.claimed_at IS NOT NULL AND NEW.claimed_at IS DISTINCT FROM OLD.claimed_at THEN
        RAISE EXCEPTION 'a claim once reported stays noted'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'insured_claim_stays_noted';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER insured_household_withdrawal BEFORE UPDATE ON enrollment_insuredhousehold
    FOR EACH ROW EXECUTE FUNCTION check_withdrawal();
CREATE TRIGGER insured_person_withdrawal BEFORE UPDATE ON enrollment_insuredperson
    FOR EACH ROW EXECUTE FUNCTION check_withdrawal();

CREATE FUNCTION check_household_leaves_whole() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM enrollment_insuredperson WHERE insured_household_id = NEW.id AND withdrawn_at IS NULL) THEN
        RAISE EXCEPTION 'a household is withdrawn with all its members'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'insured_household_withdrawn_whole';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER insured_household_leaves_whole BEFORE UPDATE ON enrollment_insuredhousehold
    FOR EACH ROW WHEN (OLD.withdrawn_at IS NULL AND NEW.withdrawn_at IS NOT NULL)
    EXECUTE FUNCTION check_household_leaves_whole();

CREATE FUNCTION check_person_joins_standing() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    gone timestamptz;
BEGIN
    SELECT withdrawn_at INTO gone FROM enrollment_insuredhousehold WHERE id = NEW.insured_household_id FOR SHARE;
    IF gone IS NOT NULL THEN
        RAISE EXCEPTION 'nobody is insured in a household that was withdrawn'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'insured_person_in_standing_household';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER insured_person_joins_standing BEFORE INSERT ON enrollment_insuredperson
    FOR EACH ROW EXECUTE FUNCTION check_person_joins_standing();
"""

DROP_WITHDRAWAL = """
DROP TRIGGER insured_person_joins_standing ON enrollment_insuredperson; DROP FUNCTION check_person_joins_standing();
DROP TRIGGER insured_household_leaves_whole ON enrollment_insuredhousehold;
DROP FUNCTION check_household_leaves_whole();
DROP TRIGGER insured_person_withdrawal ON enrollment_insuredperson;
DROP TRIGGER insured_household_withdrawal ON enrollment_insuredhousehold; DROP FUNCTION check_withdrawal();
"""


class Migration(migrations.Migration):

    dependencies = [
        ('access', '0002_regions'),
        ('enrollment', '0005_lane'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='HouseholdMove',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reason', models.CharField(max_length=200, verbose_name='reason')),
                ('state', models.CharField(choices=[('asked', 'Waiting for the receiving county'), ('confirmed', 'Moved'), ('refused', 'Move refused'), ('cancelled', 'Request taken back')], default='asked', max_length=10, verbose_name='state')),
                ('asked_at', models.DateTimeField(auto_now_add=True, verbose_name='asked')),
                ('decided_at', models.DateTimeField(null=True, verbose_name='decided')),
                ('answer', models.CharField(blank=True, max_length=200, verbose_name='answer')),
            ],
            options={
                'verbose_name': 'move',
                'ordering': ('-id',),
            },
        ),
        migrations.RemoveConstraint(
            model_name='insuredhousehold',
            name='insured_household_once_a_year',
        ),
        migrations.RemoveConstraint(
            model_name='insuredperson',
            name='insured_person_once_a_year',
        ),
        migrations.AddField(
            model_name='insuredhousehold',
            name='claimed_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='insuredhousehold',
            name='withdrawn_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='withdrawn'),
        ),
        migrations.AddField(
            model_name='insuredhousehold',
            name='withdrawn_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='insuredhousehold',
            name='withdrawn_reason',
            field=models.CharField(blank=True, db_default='', default='', max_length=200, verbose_name='reason of the withdrawal'),
        ),
        migrations.AddField(
            model_name='insuredperson',
            name='claimed_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='insuredperson',
            name='withdrawn_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='withdrawn'),
        ),
        migrations.AddField(
            model_name='insuredperson',
            name='withdrawn_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='insuredperson',
            name='withdrawn_reason',
            field=models.CharField(blank=True, db_default='', default='', max_length=200, verbose_name='reason of the withdrawal'),
        ),
        migrations.AddConstraint(
            model_name='insuredhousehold',
            constraint=models.UniqueConstraint(condition=models.Q(('withdrawn_at', None)), fields=('policy_year', 'roster_household'), name='insured_household_once_a_year'),
        ),
        migrations.AddConstraint(
            model_name='insuredhousehold',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('withdrawn_at', None), ('withdrawn_by', None), ('withdrawn_reason', '')), models.Q(('withdrawn_at__isnull', False), ('withdrawn_by__isnull', False), models.Q(('withdrawn_reason', ''), _negated=True)), _connector='OR'), name='insured_household_withdrawn_with_reason'),
        ),
        migrations.AddConstraint(
            model_name='insuredhousehold',
            constraint=models.CheckConstraint(condition=models.Q(('withdrawn_at', None), ('claimed_at', None), _connector='OR'), name='insured_household_claimed_stays'),
        ),
        migrations.AddConstraint(
            model_name='insuredperson',
            constraint=models.UniqueConstraint(condition=models.Q(('withdrawn_at', None)), fields=('policy_year', 'roster_person'), name='insured_person_once_a_year'),
        ),
        migrations.AddConstraint(
            model_name='insuredperson',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('withdrawn_at', None), ('withdrawn_by', None), ('withdrawn_reason', '')), models.Q(('withdrawn_at__isnull', False), ('withdrawn_by__isnull', False), models.Q(('withdrawn_reason', ''), _negated=True)), _connector='OR'), name='insured_person_withdrawn_with_reason'),
        ),
        migrations.AddConstraint(
            model_name='insuredperson',
            constraint=models.CheckConstraint(condition=models.Q(('withdrawn_at', None), ('claimed_at', None), _connector='OR'), name='insured_person_claimed_stays'),
        ),
        migrations.AddField(
            model_name='householdmove',
            name='asked_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='householdmove',
            name='decided_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='householdmove',
            name='from_county',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='access.region', verbose_name='present county'),
        ),
        migrations.AddField(
            model_name='householdmove',
            name='household',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='moves', to='enrollment.rosterhousehold'),
        ),
        migrations.AddField(
            model_name='householdmove',
            name='to_county',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='access.region', verbose_name='receiving county'),
        ),
        migrations.AddConstraint(
            model_name='householdmove',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'asked')), fields=('household',), name='move_one_open_per_household'),
        ),
        migrations.AddConstraint(
            model_name='householdmove',
            constraint=models.CheckConstraint(condition=models.Q(('from_county', models.F('to_county')), _negated=True), name='move_to_another_county'),
        ),
        migrations.AddConstraint(
            model_name='householdmove',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('decided_at', None), ('decided_by', None), ('state', 'asked')), models.Q(models.Q(('state', 'asked'), _negated=True), ('decided_at__isnull', False), ('decided_by__isnull', False)), _connector='OR'), name='move_decided_by_somebody'),
        ),
        migrations.AddConstraint(
            model_name='householdmove',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state__in', ('confirmed', 'refused')), _negated=True), models.Q(('decided_by', models.F('asked_by')), _negated=True), _connector='OR'), name='move_decided_by_a_second_person'),
        ),
        migrations.RunSQL(sql=CHECKS, reverse_sql=migrations.RunSQL.noop),
        migrations.RunSQL(sql=WITHDRAWAL, reverse_sql=DROP_WITHDRAWAL),
    ]
