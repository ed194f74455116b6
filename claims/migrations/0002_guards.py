"""Numbers of claims and batches, and what PostgreSQL itself refuses in the life of a claim."""

from django.db import migrations

from jincheng_insurance.audit.append_only import guard_append_only

GUARD_DECISION = """
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
"""
UNGUARD_DECISION = """
DROP TRIGGER claims_lossentry_checked ON claims_lossentry; DROP FUNCTION check_loss_reversal();
DROP TRIGGER claims_decision_checked ON claims_decision; DROP FUNCTION check_decision();
"""

# The tables' owner may seal the account of a released line anew, with a later key.
GUARD_PAYMENT = """
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
    IF only_resealed(TG_RELID, to_jsonb(OLD), to_jsonb(NEW), ARRAY['account_sealed']) THEN
        RETURN NEW;
    END IF;
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
UNGUARD_PAYMENT = """
DROP TRIGGER claims_paymentline_checked ON claims_paymentline; DROP FUNCTION check_payment_line();
DROP TRIGGER claims_paymentbatch_checked ON claims_paymentbatch; DROP FUNCTION check_payment_batch();
DROP TRIGGER claims_payment_checked ON claims_payment; DROP FUNCTION check_payment();
"""

# A claim paid by itself is paid by somebody else than who decided it. Read from the decision in force, which nobody can
# change, not from the claim.
GUARD_PAYER = """
CREATE FUNCTION check_payer() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.reverses_id IS NULL AND EXISTS (
        SELECT 1 FROM claims_paymentline l
        JOIN claims_paymentbatch b ON b.id = l.batch_id AND b.single
        JOIN claims_decision d ON d.claim_id = NEW.claim_id AND d.reverses_id IS NULL
            AND NOT EXISTS (SELECT 1 FROM claims_decision r WHERE r.reverses_id = d.id)
        WHERE l.id = NEW.line_id AND d.decided_by_id IN (NEW.recorded_by_id, b.released_by_id)) THEN
        RAISE EXCEPTION 'who approves a claim does not pay it alone'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'payment_single_by_another';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER claims_payment_payer BEFORE INSERT ON claims_payment
    FOR EACH ROW EXECUTE FUNCTION check_payer();

CREATE FUNCTION keep_batch_maker() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.single <> OLD.single OR NEW.gathered_by_id <> OLD.gathered_by_id
        OR (OLD.released_by_id IS NOT NULL AND NEW.released_by_id IS DISTINCT FROM OLD.released_by_id) THEN
        RAISE EXCEPTION 'who gathered and who released a batch stands'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'batch_people_stand';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER claims_paymentbatch_people BEFORE UPDATE ON claims_paymentbatch
    FOR EACH ROW EXECUTE FUNCTION keep_batch_maker();
"""
UNGUARD_PAYER = """
DROP TRIGGER claims_paymentbatch_people ON claims_paymentbatch; DROP FUNCTION keep_batch_maker();
DROP TRIGGER claims_payment_payer ON claims_payment; DROP FUNCTION check_payer();
"""

GUARD_REFERENCE = """
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
UNGUARD_REFERENCE = """
DROP TRIGGER claims_claimreference_checked ON claims_claimreference;
DROP FUNCTION check_claim_reference();
"""

# A paper's row is changed once at most: when it is removed from its claim. It is never deleted.
GUARD_DOCUMENT = """
CREATE FUNCTION guard_claim_document() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    removal text[] := ARRAY['removed_at', 'removed_by_id', 'removal_reason'];
BEGIN
    IF TG_OP <> 'UPDATE' OR OLD.removed_at IS NOT NULL
        OR to_jsonb(NEW) - removal IS DISTINCT FROM to_jsonb(OLD) - removal THEN
        RAISE EXCEPTION 'papers of claims are never changed or deleted, only removed with a reason'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER claims_claimdocument_guard BEFORE UPDATE OR DELETE ON claims_claimdocument
    FOR EACH ROW EXECUTE FUNCTION guard_claim_document();
CREATE TRIGGER claims_claimdocument_no_truncate BEFORE TRUNCATE ON claims_claimdocument
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
"""
UNGUARD_DOCUMENT = """
DROP TRIGGER claims_claimdocument_guard ON claims_claimdocument;
DROP TRIGGER claims_claimdocument_no_truncate ON claims_claimdocument;
DROP FUNCTION guard_claim_document();
"""


class Migration(migrations.Migration):
    dependencies = [("claims", "0001_initial"), ("audit", "0002_guards")]

    operations = [
        migrations.RunSQL(
            sql="CREATE SEQUENCE claims_claim_number_seq", reverse_sql="DROP SEQUENCE claims_claim_number_seq"
        ),
        migrations.RunSQL(
            sql="CREATE SEQUENCE claims_batch_number_seq", reverse_sql="DROP SEQUENCE claims_batch_number_seq"
        ),
        migrations.RunSQL(sql=GUARD_DECISION, reverse_sql=UNGUARD_DECISION),
        migrations.RunSQL(sql=GUARD_PAYMENT, reverse_sql=UNGUARD_PAYMENT),
        migrations.RunSQL(sql=GUARD_PAYER, reverse_sql=UNGUARD_PAYER),
        migrations.RunSQL(sql=GUARD_REFERENCE, reverse_sql=UNGUARD_REFERENCE),
        migrations.RunSQL(sql=GUARD_DOCUMENT, reverse_sql=UNGUARD_DOCUMENT),
        guard_append_only("claims_claimevent"),
        guard_append_only("claims_claimreference"),
        guard_append_only("claims_decision"),
        guard_append_only("claims_documentrequest"),
        guard_append_only("claims_lossentry"),
        guard_append_only("claims_payment"),
        guard_append_only("claims_benefityearhistory"),
        guard_append_only("claims_claimhistory"),
        guard_append_only("claims_lossitemhistory"),
        guard_append_only("claims_medicalbillhistory"),
        guard_append_only("claims_paymentbatchhistory"),
        guard_append_only("claims_paymentlinehistory"),
        guard_append_only("claims_propertylosshistory"),
        guard_append_only("claims_signoffhistory"),
    ]
