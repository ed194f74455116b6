"""The numbers of insured households, and of changes to roster and insured, counted by PostgreSQL as they change."""

from django.db import migrations

# SECURITY DEFINER: the product counts and folds, and has no right of its own to write the counts. An INSERT holds its
# roster household FOR SHARE (R2's guard does), so a township changes either before it is counted or after.
KEEP_COUNTS = """
CREATE FUNCTION enrollment_count_added() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO enrollment_householdcount (agreement_id, township_id, category, number, folded)
    SELECT a.agreement_id, h.township_id, a.category, count(*), false
    FROM added a JOIN enrollment_rosterhousehold h ON h.id = a.roster_household_id
    WHERE a.withdrawn_at IS NULL GROUP BY 1, 2, 3;
    RETURN NULL;
END $$;

CREATE FUNCTION enrollment_count_changed() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF OLD.withdrawn_at IS NULL THEN
        INSERT INTO enrollment_householdcount (agreement_id, township_id, category, number, folded)
        SELECT OLD.agreement_id, township_id, OLD.category, -1, false
        FROM enrollment_rosterhousehold WHERE id = OLD.roster_household_id;
    END IF;
    IF TG_OP = 'UPDATE' AND NEW.withdrawn_at IS NULL THEN
        INSERT INTO enrollment_householdcount (agreement_id, township_id, category, number, folded)
        SELECT NEW.agreement_id, township_id, NEW.category, 1, false
        FROM enrollment_rosterhousehold WHERE id = NEW.roster_household_id;
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION enrollment_count_relocated() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO enrollment_householdcount (agreement_id, township_id, category, number, folded)
    SELECT i.agreement_id, place.township_id, i.category, place.number, false
    FROM enrollment_insuredhousehold i
    CROSS JOIN (VALUES (OLD.township_id, -1), (NEW.township_id, 1)) AS place (township_id, number)
    WHERE i.roster_household_id = NEW.id AND i.withdrawn_at IS NULL;
    RETURN NULL;
END $$;

CREATE TRIGGER enrollment_household_count_added AFTER INSERT ON enrollment_insuredhousehold
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION enrollment_count_added();
CREATE TRIGGER enrollment_household_count_moved AFTER UPDATE ON enrollment_insuredhousehold FOR EACH ROW
    WHEN (OLD.agreement_id <> NEW.agreement_id OR OLD.category <> NEW.category
          OR OLD.roster_household_id <> NEW.roster_household_id
          OR (OLD.withdrawn_at IS NULL) <> (NEW.withdrawn_at IS NULL))
    EXECUTE FUNCTION enrollment_count_changed();
CREATE TRIGGER enrollment_household_count_gone AFTER DELETE ON enrollment_insuredhousehold
    FOR EACH ROW EXECUTE FUNCTION enrollment_count_changed();
CREATE TRIGGER enrollment_household_count_relocated AFTER UPDATE OF township_id ON enrollment_rosterhousehold
    FOR EACH ROW WHEN (OLD.township_id IS DISTINCT FROM NEW.township_id)
    EXECUTE FUNCTION enrollment_count_relocated();

-- Brings the rows added since the last folding into one for each key; the number taken. Whoever finds another folding
-- at work leaves it to that one, so nobody waits.
CREATE FUNCTION enrollment_fold_counts() RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE taken bigint;
BEGIN
    IF NOT pg_try_advisory_xact_lock(hashtext('enrollment_householdcount')) THEN
        RETURN 0;
    END IF;
    WITH gone AS (DELETE FROM enrollment_householdcount WHERE NOT folded RETURNING *),
    sums AS (
        INSERT INTO enrollment_householdcount AS held (agreement_id, township_id, category, number, folded)
        SELECT agreement_id, township_id, category, sum(number), true FROM gone GROUP BY 1, 2, 3
        ON CONFLICT (agreement_id, township_id, category) WHERE folded
        DO UPDATE SET number = held.number + excluded.number
    )
    SELECT count(*) INTO taken FROM gone;
    RETURN taken;
END $$;

-- Counts the insured households and writes the counts anew where they differ; the number of keys that did. Only the
-- owner of the tables may: nobody is enrolled, withdrawn or relocated meanwhile.
CREATE FUNCTION enrollment_rebuild_counts() RETURNS bigint
    LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE wrong bigint;
BEGIN
    LOCK TABLE enrollment_rosterhousehold, enrollment_insuredhousehold IN SHARE ROW EXCLUSIVE MODE;
    PERFORM pg_advisory_xact_lock(hashtext('enrollment_householdcount'));
    CREATE TEMP TABLE enrollment_householdcount_due ON COMMIT DROP AS
        SELECT i.agreement_id, h.township_id, i.category, count(*) AS number
        FROM enrollment_insuredhousehold i JOIN enrollment_rosterhousehold h ON h.id = i.roster_household_id
        WHERE i.withdrawn_at IS NULL GROUP BY 1, 2, 3;
    SELECT count(*) INTO wrong FROM (
        SELECT FROM (
            SELECT agreement_id, township_id, category, number FROM pg_temp.enrollment_householdcount_due
            UNION ALL
            SELECT agreement_id, township_id, category, -number FROM enrollment_householdcount
        ) both_of_them GROUP BY agreement_id, township_id, category HAVING sum(number) <> 0
    ) keys;
    IF wrong > 0 THEN
        DELETE FROM enrollment_householdcount;
        INSERT INTO enrollment_householdcount (agreement_id, township_id, category, number, folded)
        SELECT agreement_id, township_id, category, number, true FROM pg_temp.enrollment_householdcount_due;
    END IF;
    DROP TABLE pg_temp.enrollment_householdcount_due;
    RETURN wrong;
END $$;
REVOKE EXECUTE ON FUNCTION enrollment_rebuild_counts() FROM PUBLIC;
"""
FORGET_COUNTS = """
DROP TRIGGER enrollment_household_count_added ON enrollment_insuredhousehold;
DROP TRIGGER enrollment_household_count_moved ON enrollment_insuredhousehold;
DROP TRIGGER enrollment_household_count_gone ON enrollment_insuredhousehold;
DROP TRIGGER enrollment_household_count_relocated ON enrollment_rosterhousehold;
DROP FUNCTION enrollment_count_added();
DROP FUNCTION enrollment_count_changed();
DROP FUNCTION enrollment_count_relocated();
DROP FUNCTION enrollment_fold_counts();
DROP FUNCTION enrollment_rebuild_counts();
"""

# SECURITY DEFINER: the product folds, and has no right of its own to write the counts. The roster changes by imports
# for the most part, so whatever changes there counts for every county; the insured change all day long, county by
# county. That a benefit was claimed (claimed_at) changes nothing that is counted.
COUNT_CHANGES = """
CREATE FUNCTION enrollment_count_roster_change() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO enrollment_changecount (county_id, number) VALUES (NULL, 1);
    RETURN NULL;
END $$;

CREATE FUNCTION enrollment_count_insured_change() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO enrollment_changecount (county_id, number) SELECT DISTINCT county_id, 1 FROM touched;
    RETURN NULL;
END $$;

CREATE FUNCTION enrollment_count_insured_update() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO enrollment_changecount (county_id, number)
    SELECT DISTINCT county.id, 1
    FROM before JOIN touched ON touched.id = before.id, LATERAL (VALUES (before.county_id), (touched.county_id)) county (id)
    WHERE to_jsonb(before) - 'claimed_at' <> to_jsonb(touched) - 'claimed_at';
    RETURN NULL;
END $$;

CREATE TRIGGER enrollment_change_counted AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON enrollment_rosterhousehold
    FOR EACH STATEMENT EXECUTE FUNCTION enrollment_count_roster_change();
CREATE TRIGGER enrollment_change_counted AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON enrollment_rosterperson
    FOR EACH STATEMENT EXECUTE FUNCTION enrollment_count_roster_change();
CREATE TRIGGER enrollment_added_counted AFTER INSERT ON enrollment_insuredhousehold
    REFERENCING NEW TABLE AS touched FOR EACH STATEMENT EXECUTE FUNCTION enrollment_count_insured_change();
CREATE TRIGGER enrollment_change_counted AFTER UPDATE ON enrollment_insuredhousehold
    REFERENCING OLD TABLE AS before NEW TABLE AS touched
    FOR EACH STATEMENT EXECUTE FUNCTION enrollment_count_insured_update();
CREATE TRIGGER enrollment_removed_counted AFTER DELETE ON enrollment_insuredhousehold
    REFERENCING OLD TABLE AS touched FOR EACH STATEMENT EXECUTE FUNCTION enrollment_count_insured_change();
CREATE TRIGGER enrollment_added_counted AFTER INSERT ON enrollment_insuredperson
    REFERENCING NEW TABLE AS touched FOR EACH STATEMENT EXECUTE FUNCTION enrollment_count_insured_change();
CREATE TRIGGER enrollment_change_counted AFTER UPDATE ON enrollment_insuredperson
    REFERENCING OLD TABLE AS before NEW TABLE AS touched
    FOR EACH STATEMENT EXECUTE FUNCTION enrollment_count_insured_update();
CREATE TRIGGER enrollment_removed_counted AFTER DELETE ON enrollment_insuredperson
    REFERENCING OLD TABLE AS touched FOR EACH STATEMENT EXECUTE FUNCTION enrollment_count_insured_change();

-- Brings the rows into one for each county; how many were taken. Whoever finds another folding at work leaves it to
-- that one.
CREATE FUNCTION enrollment_fold_changes() RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE taken bigint;
BEGIN
    IF NOT pg_try_advisory_xact_lock(hashtext('enrollment_changecount')) THEN
        RETURN 0;
    END IF;
    WITH gone AS (DELETE FROM enrollment_changecount RETURNING county_id, number),
    sums AS (
        INSERT INTO enrollment_changecount (county_id, number)
        SELECT county_id, sum(number) FROM gone GROUP BY county_id
    )
    SELECT count(*) INTO taken FROM gone;
    RETURN taken;
END $$;
"""
FORGET_CHANGES = """
DROP TRIGGER enrollment_change_counted ON enrollment_rosterhousehold;
DROP TRIGGER enrollment_change_counted ON enrollment_rosterperson;
DROP TRIGGER enrollment_added_counted ON enrollment_insuredhousehold;
DROP TRIGGER enrollment_change_counted ON enrollment_insuredhousehold;
DROP TRIGGER enrollment_removed_counted ON enrollment_insuredhousehold;
DROP TRIGGER enrollment_added_counted ON enrollment_insuredperson;
DROP TRIGGER enrollment_change_counted ON enrollment_insuredperson;
DROP TRIGGER enrollment_removed_counted ON enrollment_insuredperson;
DROP FUNCTION enrollment_count_roster_change();
DROP FUNCTION enrollment_count_insured_change();
DROP FUNCTION enrollment_count_insured_update();
DROP FUNCTION enrollment_fold_changes();
"""


class Migration(migrations.Migration):
    dependencies = [("enrollment", "0003_guards")]

    operations = [
        migrations.RunSQL(sql=KEEP_COUNTS, reverse_sql=FORGET_COUNTS),
        migrations.RunSQL(sql=COUNT_CHANGES, reverse_sql=FORGET_CHANGES),
    ]
