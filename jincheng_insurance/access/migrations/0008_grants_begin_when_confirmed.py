from importlib import import_module

from django.db import migrations

FORMER = import_module("jincheng_insurance.access.migrations.0007_grants_confirmed").GUARD
FORMER = FORMER.partition("CREATE TRIGGER")[0].replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION")

# A post confirmed after its first day begins on the day it is confirmed: it was held on none before.
FIRST_DAY = """
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
"""
GUARD = FORMER.replace("NEW.starts_on, NEW.reason", "NEW.reason").replace("OLD.starts_on, OLD.reason", "OLD.reason")
GUARD = GUARD.replace("IF TG_OP = 'UPDATE' THEN\n", "IF TG_OP = 'UPDATE' THEN" + FIRST_DAY)


class Migration(migrations.Migration):

    dependencies = [("access", "0007_grants_confirmed")]

    operations = [migrations.RunSQL(GUARD, FORMER)]
