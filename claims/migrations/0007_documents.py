import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

# A paper's row is changed once at most: when it is removed from its claim. It is never deleted.
GUARD_DOCUMENT = """
CREATE FUNCTION guard_claim_document() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    removal text[] := ARRAY['removed_at', 'removed_by_id', 'removal_reason'];
BEGIN
    IF TG_OP <> 'UPDATE' OR OLD.removed_at IS NOT NULL
        OR to_jsonb(NEW) - removal IS DISTINCT FROM to_jsonb(OLD) - removal THEN
        RAISE EXCEPTION 'papers of claims are never changed or deleted, only removed with a reason'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER claims_claimdocument_guard BEFORE UPDATE OR DELETE ON claims_claimdocument
    FOR EACH ROW EXECUTE FUNCTION guard_claim_document();
CREATE TRIGGER claims_claimdocument_no_truncate BEFORE TRUNCATE ON claims_claimdocument
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
"""
UNGUARD_DOCUMENT = """
DROP TRIGGER claims_claimdocument_guard ON claims_claimdocument;
DROP TRIGGER claims_claimdocument_no_truncate ON claims_claimdocument;
DROP FUNCTION guard_claim_document();
"""


class Migration(migrations.Migration):

    dependencies = [
        ('claims', '0006_reading'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='ClaimDocument',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('identity_card', 'Identity card (copy)'), ('bank_card', 'Bank card or passbook (copy)'), ('relation', "Proof of the payee's relation or authority"), ('invoice', 'Medical invoice'), ('settlement', 'Settlement list of medical insurance'), ('discharge', 'Discharge summary'), ('outpatient_record', 'Outpatient record'), ('loss_list', 'List of losses'), ('photograph', 'Photograph of the loss'), ('village_cert', 'Certificate of the village committee'), ('police_report', 'Police report'), ('police_finding', 'Police finding on who is responsible'), ('other', 'Other paper')], max_length=20, verbose_name='kind')),
                ('file_name', models.CharField(max_length=100, verbose_name='file')),
                ('stored_as', models.CharField(max_length=64, unique=True)),
                ('content_type', models.CharField(choices=[('application/pdf', 'PDF'), ('image/jpeg', 'JPG'), ('image/png', 'PNG')], max_length=20)),
                ('size', models.PositiveIntegerField(verbose_name='size')),
                ('sha256', models.CharField(max_length=64)),
                ('uploaded_at', models.DateTimeField(auto_now_add=True)),
                ('removed_at', models.DateTimeField(null=True)),
                ('removal_reason', models.CharField(blank=True, max_length=200)),
                ('claim', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='documents', to='claims.claim')),
                ('removed_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('uploaded_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'claim document',
                'ordering': ('id',),
                'constraints': [models.UniqueConstraint(condition=models.Q(('removed_at', None)), fields=('claim', 'sha256'), name='document_once_per_claim'), models.CheckConstraint(condition=models.Q(('size__gt', 0), ('size__lte', 10485760)), name='document_size_in_bounds'), models.CheckConstraint(condition=models.Q(models.Q(('removal_reason', ''), ('removed_at', None), ('removed_by', None)), models.Q(('removed_at__isnull', False), ('removed_by__isnull', False), models.Q(('removal_reason', ''), _negated=True)), _connector='OR'), name='document_removal_is_whole')],
            },
        ),
        migrations.AlterModelOptions(
            name='documentrequest',
            options={'ordering': ('id',), 'verbose_name': 'request for documents'},
        ),
        migrations.RunSQL(sql=GUARD_DOCUMENT, reverse_sql=UNGUARD_DOCUMENT),
    ]
