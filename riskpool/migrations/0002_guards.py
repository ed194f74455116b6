from django.db import migrations

from jincheng_insurance.audit.append_only import guard_append_only

# A duty stands for good: never deleted, always about the same, and once received never changed again.
GUARD_DUTY = """
CREATE FUNCTION guard_duty() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'UPDATE' OR OLD.state = 'received'
        OR (NEW.alert_id, NEW.agreement_id, NEW.policy_year_id, NEW.county_id, NEW.kind, NEW.due_on, NEW.made_at)
            IS DISTINCT FROM
           (OLD.alert_id, OLD.agreement_id, OLD.policy_year_id, OLD.county_id, OLD.kind, OLD.due_on, OLD.made_at) THEN
        RAISE EXCEPTION 'a report duty is never deleted, never about something else, and rests once received'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER riskpool_duty_guard BEFORE UPDATE OR DELETE ON riskpool_duty
    FOR EACH ROW EXECUTE FUNCTION guard_duty();
CREATE TRIGGER riskpool_duty_no_truncate BEFORE TRUNCATE ON riskpool_duty
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
"""
UNGUARD_DUTY = """
DROP TRIGGER riskpool_duty_guard ON riskpool_duty;
DROP TRIGGER riskpool_duty_no_truncate ON riskpool_duty;
DROP FUNCTION guard_duty();
"""

# A suspension is history: never deleted, its request never rewritten, and at rest once refused or lifted.
GUARD_SUSPENSION = """
CREATE FUNCTION guard_suspension() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'UPDATE' OR OLD.state IN ('refused', 'lifted')
        OR (NEW.agreement_id, NEW.policy_year_id, NEW.county_id, NEW.violation, NEW.asked_by_id, NEW.asked_at)
            IS DISTINCT FROM
           (OLD.agreement_id, OLD.policy_year_id, OLD.county_id, OLD.violation, OLD.asked_by_id, OLD.asked_at) THEN
        RAISE EXCEPTION 'a suspension is never deleted, its request never rewritten, and it rests once it is over'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER riskpool_suspension_guard BEFORE UPDATE OR DELETE ON riskpool_suspension
    FOR EACH ROW EXECUTE FUNCTION guard_suspension();
CREATE TRIGGER riskpool_suspension_no_truncate BEFORE TRUNCATE ON riskpool_suspension
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
"""
UNGUARD_SUSPENSION = """
DROP TRIGGER riskpool_suspension_guard ON riskpool_suspension;
DROP TRIGGER riskpool_suspension_no_truncate ON riskpool_suspension;
DROP FUNCTION guard_suspension();
"""


class Migration(migrations.Migration):
    dependencies = [("riskpool", "0001_initial"), ("audit", "0002_guards")]

    operations = [
        migrations.RunSQL(sql=GUARD_DUTY, reverse_sql=UNGUARD_DUTY),
        migrations.RunSQL(sql=GUARD_SUSPENSION, reverse_sql=UNGUARD_SUSPENSION),
        guard_append_only("riskpool_alert"),
        guard_append_only("riskpool_dutyevent"),
        guard_append_only("riskpool_dutypaper"),
        guard_append_only("riskpool_suspensionpaper"),
        guard_append_only("riskpool_settlementdraft"),
        guard_append_only("riskpool_settlementline"),
        guard_append_only("riskpool_settlement"),
        guard_append_only("riskpool_carryentry"),
        guard_append_only("riskpool_excessentry"),
    ]
