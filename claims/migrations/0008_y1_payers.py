from django.conf import settings
from django.db import migrations, models

# A claim paid by itself is paid by somebody else than who decided it. Read from the decision in force, which nobody can
# change, not from the claim.
CHECK_PAYER = """
CREATE FUNCTION check_payer() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.reverses_id IS NULL AND EXISTS (
        SELECT 1 FROM claims_paymentline l
        JOIN claims_paymentbatch b ON b.id = l.batch_id AND b.single
        JOIN claims_decision d ON d.claim_id = NEW.claim_id AND d.reverses_id IS NULL
            AND NOT EXISTS (SELECT 1 FROM claims_decision r WHERE r.reverses_id = d.id)
        WHERE l.id = NEW.line_id AND d.decided_by_id IN (NEW.recorded_by_id, b.released_by_id)) THEN
        RAISE EXCEPTION 'who approves a claim does not pay it alone'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'payment_single_by_another';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER claims_payment_payer BEFORE INSERT ON claims_payment
    FOR EACH ROW EXECUTE FUNCTION check_payer();

CREATE FUNCTION keep_batch_maker() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.single <> OLD.single OR NEW.gathered_by_id <> OLD.gathered_by_id
        OR (OLD.released_by_id IS NOT NULL AND NEW.released_by_id IS DISTINCT FROM OLD.released_by_id) THEN
        RAISE EXCEPTION 'who gathered and who released a batch stands'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'batch_people_stand';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER claims_paymentbatch_people BEFORE UPDATE ON claims_paymentbatch
    FOR EACH ROW EXECUTE FUNCTION keep_batch_maker();
"""
UNCHECK_PAYER = """
DROP TRIGGER claims_paymentbatch_people ON claims_paymentbatch; DROP FUNCTION keep_batch_maker();
DROP TRIGGER claims_payment_payer ON claims_payment; DROP FUNCTION check_payer();
"""


class Migration(migrations.Migration):

    dependencies = [
        ('claims', '0007_documents'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddConstraint(
            model_name='paymentline',
            constraint=models.CheckConstraint(condition=models.Q(('relation__in', ('', 'self')), models.Q(('proof', ''), _negated=True), _connector='OR'), name='line_payee_of_another_has_proof'),
        ),
        migrations.RunSQL(sql=CHECK_PAYER, reverse_sql=UNCHECK_PAYER),
    ]
