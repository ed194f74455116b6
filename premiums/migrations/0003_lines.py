"""Statement lines by unit: an insured household for itself, or one of its persons, charged and refunded by turns. Lines
of before, one for a household with its persons, become one for each of them."""

import django.db.models.deletion
import django.db.models.functions.math
import django.db.models.lookups
from django.db import migrations, models
from django.db.models import F, Q

from jincheng_insurance.audit.append_only import guard_append_only

UNGUARD = """
DROP TRIGGER premiums_statementline_no_change ON premiums_statementline;
DROP TRIGGER premiums_statementline_no_truncate ON premiums_statementline;
"""

UNITS = """
INSERT INTO premiums_statementline (statement_id, insured_household_id, insured_person_id, persons, serial, amount)
SELECT l.statement_id, l.insured_household_id, p.id, 0, 1, (s.terms->>'person_premium')::numeric
FROM premiums_statementline l
JOIN premiums_premiumstatement s ON s.id = l.statement_id
JOIN enrollment_insuredperson p ON p.insured_household_id = l.insured_household_id;
UPDATE premiums_statementline l SET amount = (s.terms->>'household_premium')::numeric
FROM premiums_premiumstatement s WHERE s.id = l.statement_id AND l.insured_person_id IS NULL;
SET CONSTRAINTS ALL IMMEDIATE;
SET CONSTRAINTS ALL DEFERRED;
"""

CHECK_LINE = """
CREATE FUNCTION check_statement_line() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    stated record;
    house record;
    gone timestamptz;
    before numeric;
BEGIN
    SELECT agreement_id, kind INTO stated FROM premiums_premiumstatement WHERE id = NEW.statement_id;
    SELECT agreement_id, withdrawn_at INTO house FROM enrollment_insuredhousehold WHERE id = NEW.insured_household_id;
    gone := house.withdrawn_at;
    IF NEW.insured_person_id IS NOT NULL THEN
        SELECT withdrawn_at INTO gone FROM enrollment_insuredperson
            WHERE id = NEW.insured_person_id AND insured_household_id = NEW.insured_household_id;
        IF NOT FOUND THEN
            RAISE EXCEPTION 'the person isn''t insured with this household'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'line_person_of_household';
        END IF;
    END IF;
    IF house.agreement_id IS DISTINCT FROM stated.agreement_id THEN
        RAISE EXCEPTION 'the household is insured under another agreement (R17)'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'line_under_its_agreement';
    END IF;
    IF (NEW.serial % 2 = 0) <> (stated.kind = 'refund') THEN
        RAISE EXCEPTION 'a refund statement refunds, any other charges (R18)'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'line_fits_its_statement';
    END IF;
    IF (NEW.serial % 2 = 0) <> (gone IS NOT NULL) THEN
        RAISE EXCEPTION 'who is insured is charged, who was withdrawn is refunded (R18)'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'line_fits_its_unit';
    END IF;
    IF NEW.serial > 1 THEN
        SELECT amount INTO before FROM premiums_statementline
            WHERE insured_household_id = NEW.insured_household_id AND serial = NEW.serial - 1
              AND insured_person_id IS NOT DISTINCT FROM NEW.insured_person_id;
        IF NOT FOUND OR (NEW.serial % 2 = 0 AND NEW.amount <> -before) THEN
            RAISE EXCEPTION 'a refund takes back exactly the charge before it (R18)'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'line_refunds_its_charge';
        END IF;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER statement_line_fits BEFORE INSERT ON premiums_statementline
    FOR EACH ROW EXECUTE FUNCTION check_statement_line();
"""

DROP_CHECK = "DROP TRIGGER statement_line_fits ON premiums_statementline; DROP FUNCTION check_statement_line();"
ODD = django.db.models.lookups.Exact(django.db.models.functions.math.Mod(F("serial"), 2), 1)


class Migration(migrations.Migration):
    dependencies = [("enrollment", "0006_enrolment"), ("premiums", "0002_guards")]

    operations = [
        migrations.RunSQL(sql=UNGUARD),
        migrations.RemoveConstraint(model_name="premiumstatement", name="statement_due_in_bounds"),
        migrations.RemoveConstraint(model_name="statementline", name="line_amount_in_bounds"),
        migrations.AddField(
            model_name="statementline",
            name="insured_person",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="statement_lines",
                to="enrollment.insuredperson",
            ),
        ),
        migrations.AddField(
            model_name="statementline",
            name="serial",
            field=models.PositiveSmallIntegerField(default=1),
            preserve_default=False,
        ),
        migrations.AlterField(
            model_name="statementline",
            name="insured_household",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="statement_lines",
                to="enrollment.insuredhousehold",
            ),
        ),
        migrations.RunSQL(sql=UNITS),
        migrations.RemoveField(model_name="statementline", name="persons"),
        migrations.AlterField(
            model_name="premiumstatement",
            name="kind",
            field=models.CharField(
                choices=[
                    ("first", "First statement"),
                    ("supplementary", "Supplementary statement"),
                    ("refund", "Refund statement"),
                ],
                max_length=15,
                verbose_name="kind",
            ),
        ),
        migrations.AddConstraint(
            model_name="premiumstatement",
            constraint=models.CheckConstraint(
                condition=Q(Q(due__gte=0, due__lt=10**12) & ~Q(kind="refund"))
                | Q(due__lte=0, due__gt=-(10**12), kind="refund"),
                name="statement_due_in_bounds",
            ),
        ),
        migrations.AddConstraint(
            model_name="statementline",
            constraint=models.UniqueConstraint(
                fields=("insured_household", "insured_person", "serial"),
                nulls_distinct=False,
                name="line_unit_stated_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="statementline",
            constraint=models.CheckConstraint(
                condition=Q(ODD, amount__gt=0, amount__lt=10**12)
                | Q(~Q(ODD), amount__lt=0, amount__gt=-(10**12)),
                name="line_charges_then_refunds",
            ),
        ),
        migrations.RunSQL(sql=CHECK_LINE, reverse_sql=DROP_CHECK),
        guard_append_only("premiums_statementline"),
    ]
