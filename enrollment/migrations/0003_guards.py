"""What PostgreSQL itself refuses: cover without or before listing (R2), also by exchanging what stands, cover outside the
year (R3), withdrawals taken back, terms that change after a claim or statement has used them, and payee accounts that
change after they were proposed."""

from django.db import migrations

from jincheng_insurance.audit.append_only import guard_append_only

# The county of an insured household is the roster's when it is enrolled; it may move afterwards (R3).
GUARD_INSURED = """
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
CREATE TRIGGER insured_household_r2 BEFORE INSERT OR UPDATE ON enrollment_insuredhousehold
    FOR EACH ROW EXECUTE FUNCTION check_insured_household();

CREATE FUNCTION check_insured_person() RETURNS trigger LANGUAGE plpgsql AS $$
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
CREATE TRIGGER insured_person_r2 BEFORE INSERT OR UPDATE ON enrollment_insuredperson
    FOR EACH ROW EXECUTE FUNCTION check_insured_person();

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
UNGUARD_INSURED = """
DROP TRIGGER insured_person_joins_standing ON enrollment_insuredperson; DROP FUNCTION check_person_joins_standing();
DROP TRIGGER insured_household_leaves_whole ON enrollment_insuredhousehold;
DROP FUNCTION check_household_leaves_whole();
DROP TRIGGER insured_person_withdrawal ON enrollment_insuredperson;
DROP TRIGGER insured_household_withdrawal ON enrollment_insuredhousehold; DROP FUNCTION check_withdrawal();
DROP TRIGGER insured_person_r2 ON enrollment_insuredperson; DROP FUNCTION check_insured_person();
DROP TRIGGER insured_household_r2 ON enrollment_insuredhousehold; DROP FUNCTION check_insured_household();
"""

GUARD_TERMS = """
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
UNGUARD_TERMS = """
DROP TRIGGER policy_year_use_stands ON enrollment_policyyear; DROP FUNCTION check_terms_used();
DROP TRIGGER policy_term_stands ON enrollment_policyterm; DROP FUNCTION check_policy_term();
"""

# An account begins as a proposal, its holder, bank and number never change, and it is never decided twice or removed.
# The tables' owner alone may index its number anew, when the key changes.
GUARD_ACCOUNT = """
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
    IF current_user = (SELECT pg_get_userbyid(relowner) FROM pg_class WHERE oid = TG_RELID)
        AND to_jsonb(NEW) - 'account_index' = to_jsonb(OLD) - 'account_index' THEN
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
UNGUARD_ACCOUNT = "DROP TRIGGER payee_account_stands ON enrollment_payeeaccount; DROP FUNCTION check_payee_account();"


class Migration(migrations.Migration):
    dependencies = [("enrollment", "0002_policy_years"), ("audit", "0002_guards")]

    operations = [
        migrations.RunSQL(sql=GUARD_INSURED, reverse_sql=UNGUARD_INSURED),
        migrations.RunSQL(sql=GUARD_TERMS, reverse_sql=UNGUARD_TERMS),
        migrations.RunSQL(sql=GUARD_ACCOUNT, reverse_sql=UNGUARD_ACCOUNT),
        guard_append_only("enrollment_rosterchange", resealed=("old_sealed", "new_sealed")),
        guard_append_only("enrollment_agreementhistory"),
        guard_append_only("enrollment_insuredhouseholdhistory"),
        guard_append_only("enrollment_insuredpersonhistory"),
        guard_append_only("enrollment_payeeaccounthistory"),
        guard_append_only("enrollment_policytermhistory"),
        guard_append_only("enrollment_rosterpersonhistory"),
    ]
