"""What PostgreSQL itself refuses of statements, their lines, and money allocated, paid and received."""

from django.db import migrations

from jincheng_insurance.audit.append_only import guard_append_only

CHECK_STATEMENT = """
CREATE FUNCTION check_premium_statement() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    cancelled record;
BEGIN
    PERFORM FROM enrollment_agreement WHERE id = NEW.agreement_id FOR NO KEY UPDATE;
    IF NEW.kind = 'first' AND EXISTS (
        SELECT FROM premiums_premiumstatement s
        WHERE s.agreement_id = NEW.agreement_id AND s.kind = 'first'
          AND NOT EXISTS (SELECT FROM premiums_premiumstatement c WHERE c.cancels_id = s.id)
    ) THEN
        RAISE EXCEPTION 'an agreement has one first statement (R18)'
            USING ERRCODE = 'unique_violation', CONSTRAINT = 'statement_one_first_per_agreement';
    END IF;
    IF NEW.kind = 'cancellation' THEN
        SELECT * INTO cancelled FROM premiums_premiumstatement WHERE id = NEW.cancels_id;
        IF cancelled.agreement_id <> NEW.agreement_id OR cancelled.kind = 'cancellation'
            OR (NEW.city_share, NEW.county_share) IS DISTINCT FROM (-cancelled.city_share, -cancelled.county_share)
        THEN
            RAISE EXCEPTION 'a cancellation is the exact opposite of the statement it cancels (R18)'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'statement_cancels_its_opposite';
        END IF;
        IF EXISTS (
            SELECT FROM premiums_premiumstatement s
            WHERE s.agreement_id = NEW.agreement_id AND s.id > cancelled.id AND s.kind <> 'cancellation'
              AND NOT EXISTS (SELECT FROM premiums_premiumstatement c WHERE c.cancels_id = s.id)
        ) THEN
            RAISE EXCEPTION 'statements are cancelled from the latest on (R18)'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'statement_cancels_the_latest';
        END IF;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER premium_statement_fits BEFORE INSERT ON premiums_premiumstatement
    FOR EACH ROW EXECUTE FUNCTION check_premium_statement();
"""
UNCHECK_STATEMENT = (
    "DROP TRIGGER premium_statement_fits ON premiums_premiumstatement; DROP FUNCTION check_premium_statement();"
)

CHECK_LINE = """
CREATE FUNCTION check_statement_line() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    stated record;
    house record;
    gone timestamptz;
    before numeric;
BEGIN
    SELECT agreement_id, kind, cancels_id INTO stated FROM premiums_premiumstatement WHERE id = NEW.statement_id;
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
    IF stated.kind = 'cancellation' THEN
        IF NOT EXISTS (
            SELECT FROM premiums_statementline
            WHERE statement_id = stated.cancels_id AND insured_household_id = NEW.insured_household_id
              AND insured_person_id IS NOT DISTINCT FROM NEW.insured_person_id AND amount = -NEW.amount
        ) THEN
            RAISE EXCEPTION 'a cancellation takes back the lines of the statement it cancels (R18)'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'line_cancels_its_line';
        END IF;
    ELSE
        IF (NEW.serial % 2 = 0) <> (stated.kind = 'refund') THEN
            RAISE EXCEPTION 'a refund statement refunds, any other charges (R18)'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'line_fits_its_statement';
        END IF;
        IF (NEW.serial % 2 = 0) <> (gone IS NOT NULL) THEN
            RAISE EXCEPTION 'who is insured is charged, who was withdrawn is refunded (R18)'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'line_fits_its_unit';
        END IF;
    END IF;
    IF NEW.serial > 1 THEN
        SELECT amount INTO before FROM premiums_statementline
            WHERE insured_household_id = NEW.insured_household_id AND serial = NEW.serial - 1
              AND insured_person_id IS NOT DISTINCT FROM NEW.insured_person_id;
        IF NOT FOUND OR (NEW.amount <> -before AND (NEW.serial % 2 = 0 OR stated.kind = 'cancellation')) THEN
            RAISE EXCEPTION 'a refund takes back exactly the charge before it (R18)'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'line_refunds_its_charge';
        END IF;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER statement_line_fits BEFORE INSERT ON premiums_statementline
    FOR EACH ROW EXECUTE FUNCTION check_statement_line();
"""
UNCHECK_LINE = "DROP TRIGGER statement_line_fits ON premiums_statementline; DROP FUNCTION check_statement_line();"

CHECK_FUND = """
CREATE FUNCTION check_fund_entry() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    wrong record;
BEGIN
    IF NEW.reverses_id IS NOT NULL THEN
        SELECT * INTO wrong FROM premiums_fundentry WHERE id = NEW.reverses_id;
        IF wrong.reverses_id IS NOT NULL
            OR (wrong.agreement_id, wrong.side, wrong.kind, wrong.amount)
               IS DISTINCT FROM (NEW.agreement_id, NEW.side, NEW.kind, -NEW.amount)
        THEN
            RAISE EXCEPTION 'a reversal is the exact opposite of the entry it reverses'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'fund_reversal_is_opposite';
        END IF;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER fund_entry_fits BEFORE INSERT ON premiums_fundentry
    FOR EACH ROW EXECUTE FUNCTION check_fund_entry();

CREATE FUNCTION check_receipt() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM premiums_fundentry
        WHERE id = NEW.entry_id AND kind = 'paid' AND reverses_id IS NULL
    ) THEN
        RAISE EXCEPTION 'only a payment is received'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'receipt_of_a_payment';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER receipt_fits BEFORE INSERT ON premiums_receipt
    FOR EACH ROW EXECUTE FUNCTION check_receipt();
"""
UNCHECK_FUND = """
DROP TRIGGER receipt_fits ON premiums_receipt; DROP FUNCTION check_receipt();
DROP TRIGGER fund_entry_fits ON premiums_fundentry; DROP FUNCTION check_fund_entry();
"""


class Migration(migrations.Migration):
    dependencies = [("premiums", "0001_initial"), ("audit", "0002_guards")]

    operations = [
        migrations.RunSQL(sql=CHECK_STATEMENT, reverse_sql=UNCHECK_STATEMENT),
        migrations.RunSQL(sql=CHECK_LINE, reverse_sql=UNCHECK_LINE),
        migrations.RunSQL(sql=CHECK_FUND, reverse_sql=UNCHECK_FUND),
        guard_append_only("premiums_premiumstatement"),
        guard_append_only("premiums_statementline"),
        guard_append_only("premiums_fundentry"),
        guard_append_only("premiums_receipt"),
        guard_append_only("premiums_reminder"),
    ]
