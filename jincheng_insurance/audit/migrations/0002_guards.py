"""Rows that are only ever added, and the one change that a guarded row may see: its sealed values sealed anew. It takes
the tables' owner; nothing else of the row changes; and each changed value keeps its length and names a later key. Whether
it is the same value PostgreSQL can't see: that is what the seal itself proves, which nobody makes without the keys."""

from django.db import migrations

from jincheng_insurance.audit.append_only import guard_append_only

REFUSE = """
CREATE FUNCTION only_resealed(relation oid, before jsonb, after jsonb, sealed text[]) RETURNS boolean
LANGUAGE sql STABLE AS $$
    SELECT current_user = (SELECT pg_get_userbyid(relowner) FROM pg_class WHERE oid = relation)
        AND before <> after
        AND before - sealed = after - sealed
        AND NOT EXISTS (
            SELECT FROM unnest(sealed) AS name
            WHERE before->>name IS DISTINCT FROM after->>name AND NOT coalesce(
                length(before->>name) = length(after->>name)
                AND substr(after->>name, 5, 2) COLLATE "C" > substr(before->>name, 5, 2) COLLATE "C", false))
$$;

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND TG_NARGS > 0 THEN
        IF only_resealed(TG_RELID, to_jsonb(OLD), to_jsonb(NEW), TG_ARGV) THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'rows of % are never changed or removed: book a correcting row', TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$;
"""
ALLOW = "DROP FUNCTION refuse_change(); DROP FUNCTION only_resealed(oid, jsonb, jsonb, text[]);"


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial")]

    operations = [
        migrations.RunSQL(sql=REFUSE, reverse_sql=ALLOW),
        guard_append_only("audit_auditrecord"),
        guard_append_only("audit_auditseal"),
        guard_append_only("audit_sealpart"),
    ]
