"""What PostgreSQL itself refuses: cover without or before listing (R2), also by exchanging what stands, cover outside the
year (R3), and terms that change after a claim or statement has used them."""

from django.db import migrations

GUARDS = """
CREATE FUNCTION check_insured_household() RETURNS trigger LANGUAGE plpgsql AS $$
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
        OR listed.county_id <> NEW.county_id THEN
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
CREATE TRIGGER insured_household_r2 BEFORE INSERT OR UPDATE ON enrollment_insuredhousehold
    FOR EACH ROW EXECUTE FUNCTION check_insured_household();

CREATE FUNCTION check_insured_person() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    house record;
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
    RETURN NEW;
END $$;
CREATE TRIGGER insured_person_r2 BEFORE INSERT OR UPDATE ON enrollment_insuredperson
    FOR EACH ROW EXECUTE FUNCTION check_insured_person();

CREATE FUNCTION check_policy_term() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    used timestamptz;
BEGIN
    FOR used IN
        SELECT terms_used_at FROM enrollment_policyyear
        WHERE year IN (
            CASE WHEN TG_OP = 'DELETE' THEN OLD.policy_year_id ELSE NEW.policy_year_id END,
            CASE WHEN TG_OP = 'INSERT' THEN NEW.policy_year_id ELSE OLD.policy_year_id END)
        ORDER BY year FOR SHARE
    LOOP
        IF used IS NOT NULL THEN
            RAISE EXCEPTION 'these terms have been used and stand'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'policy_term_stands_once_used';
        END IF;
    END LOOP;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER policy_term_stands BEFORE INSERT OR UPDATE OR DELETE ON enrollment_policyterm
    FOR EACH ROW EXECUTE FUNCTION check_policy_term();

CREATE FUNCTION check_terms_used() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.terms_used_at IS NOT NULL AND NEW.terms_used_at IS DISTINCT FROM OLD.terms_used_at THEN
        RAISE EXCEPTION 'the terms of % have been used and stand', OLD.year
            USING ERRCODE = 'check_violation', CONSTRAINT = 'policy_term_stands_once_used';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER policy_year_use_stands BEFORE UPDATE ON enrollment_policyyear
    FOR EACH ROW EXECUTE FUNCTION check_terms_used();
"""

DROP = """
DROP TRIGGER policy_year_use_stands ON enrollment_policyyear; DROP FUNCTION check_terms_used();
DROP TRIGGER policy_term_stands ON enrollment_policyterm; DROP FUNCTION check_policy_term();
DROP TRIGGER insured_person_r2 ON enrollment_insuredperson; DROP FUNCTION check_insured_person();
DROP TRIGGER insured_household_r2 ON enrollment_insuredhousehold; DROP FUNCTION check_insured_household();
"""

YEARS = """
INSERT INTO enrollment_policyyear (year) VALUES (2026), (2027), (2028) ON CONFLICT DO NOTHING
"""


class Migration(migrations.Migration):
    dependencies = [("enrollment", "0001_initial")]

    operations = [
        migrations.RunSQL(sql=GUARDS, reverse_sql=DROP),
        migrations.RunSQL(sql=YEARS, reverse_sql=migrations.RunSQL.noop),
    ]
