"""Marks of the keys, and the one change that a guarded row may see: its sealed values sealed anew. It takes the tables'
owner; nothing else of the row changes; and each changed value keeps its length and names a later key. Whether it is the
same value PostgreSQL can't see: that is what the seal itself proves, which nobody makes without the keys."""

from django.db import migrations, models

from jincheng_insurance.audit.append_only import REFUSE

RESEALED = """
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
CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
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


class Migration(migrations.Migration):

    dependencies = [
        ('access', '0003_api'),
        ('audit', '0002_guard'),
    ]

    operations = [
        migrations.RunSQL(sql=RESEALED, reverse_sql=REFUSE + "DROP FUNCTION only_resealed(oid, jsonb, jsonb, text[]);"),
        migrations.CreateModel(
            name='KeyMark',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=10, unique=True)),
                ('mark', models.BinaryField()),
                ('made_at', models.DateTimeField(auto_now_add=True)),
                ('retired_at', models.DateTimeField(null=True)),
            ],
            options={
                'verbose_name': 'key mark',
            },
        ),
    ]
