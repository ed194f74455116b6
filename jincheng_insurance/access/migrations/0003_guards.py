from django.db import migrations

from jincheng_insurance.audit.append_only import guard_append_only

# What a service could forget, and SQL past the services must not do either: a grant is never removed, revived, prolonged
# or made another's; it is decided once; the posts that watch each other are kept apart; without a confirmer only the
# first of the two posts that make all others. A post confirmed after its first day begins on the day it is confirmed: it
# was held on none before.
GUARD_GRANT = """
CREATE FUNCTION guard_grant() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    keepers CONSTANT text[] := ARRAY['administrator', 'security_officer', 'auditor'];
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'grants are never removed: end them' USING ERRCODE = 'restrict_violation';
    END IF;
    IF TG_OP = 'UPDATE' THEN
        IF NEW.starts_on <> OLD.starts_on
            AND (OLD.state <> 'proposed' OR NEW.state <> 'confirmed' OR NEW.starts_on < OLD.starts_on)
        THEN
            RAISE EXCEPTION 'a grant stays what it is: end it and give another' USING ERRCODE = 'restrict_violation';
        END IF;
        IF OLD.state = 'proposed' AND NEW.state = 'confirmed'
            AND NEW.starts_on < (NEW.decided_at AT TIME ZONE 'Asia/Shanghai')::date
        THEN
            RAISE EXCEPTION 'a grant begins on the day it is confirmed at the earliest'
                USING ERRCODE = 'restrict_violation';
        END IF;
        IF (NEW.user_id, NEW.role, NEW.region_id, NEW.insurer_id, NEW.reason, NEW.given_by_id, NEW.given_at)
            IS DISTINCT FROM
           (OLD.user_id, OLD.role, OLD.region_id, OLD.insurer_id, OLD.reason, OLD.given_by_id, OLD.given_at)
        THEN
            RAISE EXCEPTION 'a grant stays what it is: end it and give another' USING ERRCODE = 'restrict_violation';
        END IF;
        IF (NEW.state, NEW.decided_by_id, NEW.decided_at, NEW.refusal)
            IS DISTINCT FROM (OLD.state, OLD.decided_by_id, OLD.decided_at, OLD.refusal)
            AND (OLD.state <> 'proposed' OR OLD.ended_at IS NOT NULL OR NEW.state NOT IN ('confirmed', 'refused'))
        THEN
            RAISE EXCEPTION 'a grant is decided once' USING ERRCODE = 'restrict_violation';
        END IF;
        IF (OLD.ends_on IS NOT NULL AND (NEW.ends_on IS NULL OR NEW.ends_on > OLD.ends_on))
            OR (OLD.ended_at IS NOT NULL AND NEW.ended_at IS DISTINCT FROM OLD.ended_at)
        THEN
            RAISE EXCEPTION 'a grant is never prolonged or revived: give another' USING ERRCODE = 'restrict_violation';
        END IF;
    END IF;
    IF NEW.state IN ('confirmed', 'founding') AND (TG_OP = 'INSERT' OR OLD.state <> NEW.state) THEN
        PERFORM 1 FROM access_user WHERE id = NEW.user_id FOR NO KEY UPDATE;
        IF EXISTS (
            SELECT 1 FROM access_grant g
            WHERE g.user_id = NEW.user_id AND g.id <> NEW.id AND g.role <> NEW.role
                AND g.state IN ('confirmed', 'founding') AND g.ended_at IS NULL
                AND (g.role = ANY (keepers) OR NEW.role = ANY (keepers))
                AND daterange(g.starts_on, g.ends_on, '[]') && daterange(NEW.starts_on, NEW.ends_on, '[]')
        ) THEN
            RAISE EXCEPTION 'administrator, security officer and auditor hold no other post'
                USING ERRCODE = 'restrict_violation';
        END IF;
        IF NEW.state = 'founding' AND (
            NEW.role NOT IN ('administrator', 'security_officer')
            OR EXISTS (
                SELECT 1 FROM access_grant g JOIN access_user u ON u.id = g.user_id
                WHERE g.role = NEW.role AND g.id <> NEW.id AND u.is_active
                    AND g.state IN ('confirmed', 'founding') AND g.ended_at IS NULL
                    AND (g.ends_on IS NULL OR g.ends_on >= NEW.starts_on)
            )
        ) THEN
            RAISE EXCEPTION 'only the first administrator and security officer are made without a confirmer'
                USING ERRCODE = 'restrict_violation';
        END IF;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER access_grant_guard BEFORE INSERT OR UPDATE OR DELETE ON access_grant
    FOR EACH ROW EXECUTE FUNCTION guard_grant();
"""
UNGUARD_GRANT = "DROP TRIGGER access_grant_guard ON access_grant; DROP FUNCTION guard_grant();"


class Migration(migrations.Migration):
    dependencies = [("access", "0002_regions"), ("audit", "0002_guards")]

    operations = [
        migrations.RunSQL(sql=GUARD_GRANT, reverse_sql=UNGUARD_GRANT),
        guard_append_only("access_apitokenhistory"),
        guard_append_only("access_granthistory"),
        guard_append_only("access_userhistory"),
    ]
