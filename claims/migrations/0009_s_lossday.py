import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

# SECURITY DEFINER: the product adds and folds, and has no right of its own to write the sums.
KEEP = """
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

SELECT claims_rebuild_loss_days();
"""
FORGET = """
DROP TRIGGER claims_lossentry_days ON claims_lossentry;
DROP FUNCTION claims_add_loss_days();
DROP FUNCTION claims_fold_loss_days();
DROP FUNCTION claims_rebuild_loss_days();
"""


class Migration(migrations.Migration):

    dependencies = [
        ('access', '0003_api'),
        ('claims', '0008_y1_payers'),
        ('enrollment', '0007_search'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='LossDay',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('on', models.DateField(verbose_name='date')),
                ('coverage', models.CharField(choices=[('medical', 'Medical supplement'), ('property', 'Household property')], max_length=8)),
                ('kind', models.CharField(choices=[('reserve', 'Reserve'), ('payment', 'Payment')], max_length=8, verbose_name='kind')),
                ('amount', models.DecimalField(decimal_places=2, max_digits=16, verbose_name='amount')),
                ('entries', models.PositiveIntegerField()),
                ('folded', models.BooleanField(default=False)),
            ],
            options={
                'verbose_name': "sum of a day's losses",
            },
        ),
        migrations.RemoveIndex(
            model_name='lossentry',
            name='loss_by_agreement',
        ),
        migrations.AddIndex(
            model_name='lossentry',
            index=models.Index(fields=['agreement', '-on', '-id'], name='loss_by_agreement_and_day'),
        ),
        migrations.AddIndex(
            model_name='lossentry',
            index=models.Index(fields=['policy_year', '-on', '-id'], name='loss_by_year_and_day'),
        ),
        migrations.AddField(
            model_name='lossday',
            name='agreement',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='loss_days', to='enrollment.agreement'),
        ),
        migrations.AddIndex(
            model_name='lossday',
            index=models.Index(fields=['agreement', 'on'], name='loss_day_by_agreement'),
        ),
        migrations.AddIndex(
            model_name='lossday',
            index=models.Index(condition=models.Q(('folded', False)), fields=['id'], name='loss_day_to_fold'),
        ),
        migrations.AddConstraint(
            model_name='lossday',
            constraint=models.UniqueConstraint(condition=models.Q(('folded', True)), fields=('agreement', 'on', 'coverage', 'kind'), name='loss_day_folded_once'),
        ),
        migrations.RunSQL(sql=KEEP, reverse_sql=FORGET),
    ]
