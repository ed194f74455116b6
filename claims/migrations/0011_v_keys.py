"""The tables' owner may seal the account of a released payment line anew, with a later key."""

from django.db import migrations

LINE = """
CREATE OR REPLACE FUNCTION check_payment_line() RETURNS trigger LANGUAGE plpgsql AS $$
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
"""

LINE_BEFORE = """
CREATE OR REPLACE FUNCTION check_payment_line() RETURNS trigger LANGUAGE plpgsql AS $$
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
"""


class Migration(migrations.Migration):
    dependencies = [("claims", "0010_y3_loss_lines"), ("access", "0004_v_keys")]

    operations = [migrations.RunSQL(sql=LINE, reverse_sql=LINE_BEFORE)]
