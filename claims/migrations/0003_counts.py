"""The sums of the loss ledger by day and the numbers of claims, kept by PostgreSQL as they change."""

from django.db import migrations

# SECURITY DEFINER: the product adds and folds, and has no right of its own to write the sums and the counts.
KEEP_SUMS = """
CREATE FUNCTION claims_add_loss_days() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO claims_lossday (agreement_id, "on", coverage, kind, amount, entries, folded)
    SELECT agreement_id, "on", coverage, kind, sum(amount), count(*), false FROM added
    GROUP BY agreement_id, "on", coverage, kind;
    RETURN NULL;
END $$;

CREATE TRIGGER claims_lossentry_days AFTER INSERT ON claims_lossentry
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION claims_add_loss_days();

-- Brings the rows added since the last folding into one for each key; the number taken. Whoever finds another folding
-- at work leaves it to that one, so nobody waits.
CREATE FUNCTION claims_fold_loss_days() RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE taken bigint;
BEGIN
    IF NOT pg_try_advisory_xact_lock(hashtext('claims_lossday')) THEN
        RETURN 0;
    END IF;
    WITH gone AS (DELETE FROM claims_lossday WHERE NOT folded RETURNING *),
    sums AS (
        INSERT INTO claims_lossday AS held (agreement_id, "on", coverage, kind, amount, entries, folded)
        SELECT agreement_id, "on", coverage, kind, sum(amount), sum(entries), true FROM gone
        GROUP BY agreement_id, "on", coverage, kind
        ON CONFLICT (agreement_id, "on", coverage, kind) WHERE folded
        DO UPDATE SET amount = held.amount + excluded.amount, entries = held.entries + excluded.entries
    )
    SELECT count(*) INTO taken FROM gone;
    RETURN taken;
END $$;

-- Compares the sums with the ledger and writes them anew where they differ; the number of keys that did. Only the owner
-- of the tables may: the ledger takes no entry meanwhile.
CREATE FUNCTION claims_rebuild_loss_days() RETURNS bigint
    LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE wrong bigint;
BEGIN
    LOCK TABLE claims_lossentry IN SHARE ROW EXCLUSIVE MODE;
    PERFORM pg_advisory_xact_lock(hashtext('claims_lossday'));
    CREATE TEMP TABLE claims_lossday_due ON COMMIT DROP AS
        SELECT agreement_id, "on", coverage, kind, sum(amount) AS amount, count(*) AS entries
        FROM claims_lossentry GROUP BY agreement_id, "on", coverage, kind;
    SELECT count(*) INTO wrong FROM pg_temp.claims_lossday_due due
    FULL JOIN (
        SELECT agreement_id, "on", coverage, kind, sum(amount) AS amount, sum(entries) AS entries
        FROM claims_lossday GROUP BY agreement_id, "on", coverage, kind
    ) held USING (agreement_id, "on", coverage, kind)
    WHERE (due.amount, due.entries) IS DISTINCT FROM (held.amount, held.entries);
    IF wrong > 0 THEN
        DELETE FROM claims_lossday;
        INSERT INTO claims_lossday (agreement_id, "on", coverage, kind, amount, entries, folded)
        SELECT agreement_id, "on", coverage, kind, amount, entries, true FROM pg_temp.claims_lossday_due;
    END IF;
    DROP TABLE pg_temp.claims_lossday_due;
    RETURN wrong;
END $$;
REVOKE EXECUTE ON FUNCTION claims_rebuild_loss_days() FROM PUBLIC;
"""
FORGET_SUMS = """
DROP TRIGGER claims_lossentry_days ON claims_lossentry;
DROP FUNCTION claims_add_loss_days();
DROP FUNCTION claims_fold_loss_days();
DROP FUNCTION claims_rebuild_loss_days();
"""

KEEP_COUNTS = """
CREATE FUNCTION claims_stage(state varchar, granted numeric) RETURNS varchar LANGUAGE sql IMMUTABLE
    AS $$ SELECT CASE WHEN state = 'closed' AND granted = 0 THEN 'unpaid' ELSE state END $$;

CREATE FUNCTION claims_count_added() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO claims_claimcount (agreement_id, stage, number, folded)
    SELECT agreement_id, claims_stage(state, granted), count(*), false FROM added GROUP BY 1, 2;
    RETURN NULL;
END $$;

CREATE FUNCTION claims_count_changed() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO claims_claimcount (agreement_id, stage, number, folded)
    VALUES (OLD.agreement_id, claims_stage(OLD.state, OLD.granted), -1, false);
    IF TG_OP = 'UPDATE' THEN
        INSERT INTO claims_claimcount (agreement_id, stage, number, folded)
        VALUES (NEW.agreement_id, claims_stage(NEW.state, NEW.granted), 1, false);
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER claims_claim_count_added AFTER INSERT ON claims_claim
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION claims_count_added();
CREATE TRIGGER claims_claim_count_moved AFTER UPDATE ON claims_claim FOR EACH ROW
    WHEN (OLD.agreement_id <> NEW.agreement_id OR OLD.state <> NEW.state OR OLD.granted IS DISTINCT FROM NEW.granted)
    EXECUTE FUNCTION claims_count_changed();
CREATE TRIGGER claims_claim_count_gone AFTER DELETE ON claims_claim
    FOR EACH ROW EXECUTE FUNCTION claims_count_changed();

-- Brings the rows added since the last folding into one for each key; the number taken. Whoever finds another folding
-- at work leaves it to that one, so nobody waits.
CREATE FUNCTION claims_fold_counts() RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE taken bigint;
BEGIN
    IF NOT pg_try_advisory_xact_lock(hashtext('claims_claimcount')) THEN
        RETURN 0;
    END IF;
    WITH gone AS (DELETE FROM claims_claimcount WHERE NOT folded RETURNING *),
    sums AS (
        INSERT INTO claims_claimcount AS held (agreement_id, stage, number, folded)
        SELECT agreement_id, stage, sum(number), true FROM gone GROUP BY 1, 2
        ON CONFLICT (agreement_id, stage) WHERE folded DO UPDATE SET number = held.number + excluded.number
    )
    SELECT count(*) INTO taken FROM gone;
    RETURN taken;
END $$;

-- Counts the claims and writes the counts anew where they differ; the number of keys that did. Only the owner of the
-- tables may: no claim changes meanwhile.
CREATE FUNCTION claims_rebuild_counts() RETURNS bigint
    LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE wrong bigint;
BEGIN
    LOCK TABLE claims_claim IN SHARE ROW EXCLUSIVE MODE;
    PERFORM pg_advisory_xact_lock(hashtext('claims_claimcount'));
    CREATE TEMP TABLE claims_claimcount_due ON COMMIT DROP AS
        SELECT agreement_id, claims_stage(state, granted) AS stage, count(*) AS number FROM claims_claim GROUP BY 1, 2;
    SELECT count(*) INTO wrong FROM pg_temp.claims_claimcount_due due
    FULL JOIN (
        SELECT agreement_id, stage, sum(number) AS number FROM claims_claimcount GROUP BY 1, 2
    ) held USING (agreement_id, stage)
    WHERE coalesce(due.number, 0) <> coalesce(held.number, 0);
    IF wrong > 0 THEN
        DELETE FROM claims_claimcount;
        INSERT INTO claims_claimcount (agreement_id, stage, number, folded)
        SELECT agreement_id, stage, number, true FROM pg_temp.claims_claimcount_due;
    END IF;
    DROP TABLE pg_temp.claims_claimcount_due;
    RETURN wrong;
END $$;
REVOKE EXECUTE ON FUNCTION claims_rebuild_counts() FROM PUBLIC;
"""
FORGET_COUNTS = """
DROP TRIGGER claims_claim_count_added ON claims_claim;
DROP TRIGGER claims_claim_count_moved ON claims_claim;
DROP TRIGGER claims_claim_count_gone ON claims_claim;
DROP FUNCTION claims_count_added();
DROP FUNCTION claims_count_changed();
DROP FUNCTION claims_fold_counts();
DROP FUNCTION claims_rebuild_counts();
DROP FUNCTION claims_stage(varchar, numeric);
"""


class Migration(migrations.Migration):
    dependencies = [("claims", "0002_guards")]

    operations = [
        migrations.RunSQL(sql=KEEP_SUMS, reverse_sql=FORGET_SUMS),
        migrations.RunSQL(sql=KEEP_COUNTS, reverse_sql=FORGET_COUNTS),
    ]
