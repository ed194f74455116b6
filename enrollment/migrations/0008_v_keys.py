"""Keys may be changed: telephones in the changes of the roster are sealed anew by the tables' owner, and payee accounts
indexed anew."""

from django.db import migrations

CHANGES = """
DROP TRIGGER enrollment_rosterchange_no_change ON enrollment_rosterchange;
CREATE TRIGGER enrollment_rosterchange_no_change BEFORE UPDATE OR DELETE ON enrollment_rosterchange
    FOR EACH ROW EXECUTE FUNCTION refuse_change({});
"""

ACCOUNTS = """
CREATE OR REPLACE FUNCTION check_payee_account() RETURNS trigger LANGUAGE plpgsql AS $$
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
"""

ACCOUNTS_BEFORE = """
CREATE OR REPLACE FUNCTION check_payee_account() RETURNS trigger LANGUAGE plpgsql AS $$
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
"""


class Migration(migrations.Migration):
    dependencies = [("enrollment", "0007_search"), ("access", "0004_v_keys")]

    operations = [
        migrations.RunSQL(
            sql=CHANGES.format("'old_sealed', 'new_sealed'"), reverse_sql=CHANGES.format("")
        ),
        migrations.RunSQL(sql=ACCOUNTS, reverse_sql=ACCOUNTS_BEFORE),
    ]
