"""The tables, each made whole: columns, indexes and constraints."""

import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.math
import django.db.models.lookups
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('access', '0001_initial'),
        ('enrollment', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='PremiumStatement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.CharField(max_length=40, unique=True, verbose_name='statement number')),
                ('agreement', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='enrollment.agreement', verbose_name='agreement')),
                ('policy_year', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='enrollment.policyyear', verbose_name='policy year')),
                ('county', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='access.region', verbose_name='county')),
                ('kind', models.CharField(choices=[('first', 'First statement'), ('supplementary', 'Supplementary statement'), ('refund', 'Refund statement'), ('cancellation', 'Cancellation statement')], max_length=15, verbose_name='kind')),
                ('households', models.PositiveIntegerField(verbose_name='households')),
                ('persons', models.PositiveIntegerField(verbose_name='persons')),
                ('due', models.DecimalField(decimal_places=2, max_digits=14, verbose_name='due')),
                ('city_share', models.DecimalField(decimal_places=2, max_digits=14, verbose_name='city share')),
                ('county_share', models.DecimalField(decimal_places=2, max_digits=14, verbose_name='county share')),
                ('breakdown', models.JSONField()),
                ('terms', models.JSONField()),
                ('cancels', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='cancelled_by', to='premiums.premiumstatement')),
                ('reason', models.CharField(blank=True, max_length=200, verbose_name='reason')),
                ('issued_on', models.DateField(verbose_name='issued on')),
                ('issued_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('issued_at', models.DateTimeField(auto_now_add=True)),
            ],
            options={
                'ordering': ('-id',),
                'verbose_name': 'premium statement',
                'constraints': [
                    models.CheckConstraint(condition=models.Q(('due', django.db.models.expressions.CombinedExpression(models.F('city_share'), '+', models.F('county_share')))), name='statement_shares_add_up'),
                    models.CheckConstraint(condition=models.Q(models.Q(('due__gte', 0), ('due__lt', 1000000000000), models.Q(('kind', 'refund'), _negated=True)), models.Q(('due__gt', -1000000000000), ('due__lte', 0), ('kind', 'refund')), models.Q(('due__gt', -1000000000000), ('due__lt', 1000000000000), ('kind', 'cancellation')), _connector='OR'), name='statement_due_in_bounds'),
                    models.CheckConstraint(condition=models.Q(models.Q(('cancels__isnull', False), ('kind', 'cancellation'), models.Q(('reason', ''), _negated=True)), models.Q(models.Q(('kind', 'cancellation'), _negated=True), ('cancels', None)), _connector='OR'), name='statement_cancels_with_a_reason'),
                ],
            },
        ),
        migrations.CreateModel(
            name='StatementLine',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('statement', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='lines', to='premiums.premiumstatement')),
                ('insured_household', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='statement_lines', to='enrollment.insuredhousehold')),
                ('insured_person', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='statement_lines', to='enrollment.insuredperson')),
                ('serial', models.PositiveSmallIntegerField()),
                ('amount', models.DecimalField(decimal_places=2, max_digits=10, verbose_name='premium')),
            ],
            options={
                'verbose_name': 'statement line',
                'constraints': [
                    models.UniqueConstraint(fields=('insured_household', 'insured_person', 'serial'), name='line_unit_stated_once', nulls_distinct=False),
                    models.CheckConstraint(condition=models.Q(models.Q(django.db.models.lookups.Exact(django.db.models.functions.math.Mod(models.F('serial'), 2), 1), ('amount__gt', 0), ('amount__lt', 1000000000000)), models.Q(models.Q(django.db.models.lookups.Exact(django.db.models.functions.math.Mod(models.F('serial'), 2), 1), _negated=True), ('amount__gt', -1000000000000), ('amount__lt', 0)), _connector='OR'), name='line_charges_then_refunds'),
                ],
            },
        ),
        migrations.CreateModel(
            name='FundEntry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('agreement', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='fund_entries', to='enrollment.agreement')),
                ('policy_year', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='enrollment.policyyear')),
                ('county', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='access.region')),
                ('side', models.CharField(choices=[('city', 'City level'), ('county', 'County level')], max_length=6, verbose_name='side')),
                ('kind', models.CharField(choices=[('due', 'Due'), ('allocated', 'Allocated'), ('paid', 'Paid'), ('carried', 'Set off by carry-forward')], max_length=10, verbose_name='kind')),
                ('amount', models.DecimalField(decimal_places=2, max_digits=14, verbose_name='amount')),
                ('on', models.DateField(verbose_name='date')),
                ('document', models.CharField(blank=True, max_length=60, verbose_name='document number')),
                ('reason', models.CharField(blank=True, max_length=200, verbose_name='reason')),
                ('statement', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='entries', to='premiums.premiumstatement')),
                ('reverses', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='reversed_by', to='premiums.fundentry')),
                ('booked_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('booked_at', models.DateTimeField(auto_now_add=True)),
            ],
            options={
                'verbose_name': 'fund entry',
                'indexes': [
                    models.Index(fields=['agreement', 'kind', 'on'], name='fund_by_agreement'),
                ],
                'constraints': [
                    models.CheckConstraint(condition=models.Q(('amount__gt', -1000000000000), ('amount__lt', 1000000000000)), name='fund_amount_in_bounds'),
                    models.CheckConstraint(condition=models.Q(models.Q(('kind__in', ('allocated', 'paid')), _negated=True), ('reverses__isnull', False), models.Q(('amount__gt', 0), models.Q(('document', ''), _negated=True)), _connector='OR'), name='fund_move_has_amount_and_document'),
                    models.CheckConstraint(condition=models.Q(('reverses', None), models.Q(('reason', ''), _negated=True), _connector='OR'), name='fund_reversal_has_a_reason'),
                    models.UniqueConstraint(condition=models.Q(('kind', 'due'), ('reverses', None)), fields=('statement', 'side'), name='fund_due_once_per_statement'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Receipt',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('entry', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='receipts', to='premiums.fundentry')),
                ('amount', models.DecimalField(decimal_places=2, max_digits=14, verbose_name='amount received')),
                ('on', models.DateField(verbose_name='received on')),
                ('note', models.CharField(blank=True, max_length=200, verbose_name='note')),
                ('confirmed_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('confirmed_at', models.DateTimeField(auto_now_add=True)),
            ],
            options={
                'verbose_name': 'receipt',
                'constraints': [
                    models.CheckConstraint(condition=models.Q(('amount__gte', 0), ('amount__lt', 1000000000000)), name='receipt_amount_in_bounds'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Reminder',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('agreement', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='enrollment.agreement', verbose_name='agreement')),
                ('policy_year', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='enrollment.policyyear')),
                ('county', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='access.region', verbose_name='county')),
                ('side', models.CharField(choices=[('city', 'City level'), ('county', 'County level')], max_length=6, verbose_name='side')),
                ('month', models.DateField(verbose_name='month')),
                ('arrears', models.DecimalField(decimal_places=2, max_digits=14, verbose_name='arrears')),
                ('unpaid_since', models.DateField(verbose_name='unpaid since')),
                ('reminded_at', models.DateTimeField(auto_now_add=True, verbose_name='reminded')),
            ],
            options={
                'ordering': ('-reminded_at', '-pk'),
                'verbose_name': 'reminder',
                'constraints': [
                    models.UniqueConstraint(fields=('agreement', 'side', 'month'), name='reminder_once_a_month'),
                    models.CheckConstraint(condition=models.Q(('arrears__gt', 0), ('arrears__lt', 1000000000000)), name='reminder_of_arrears'),
                ],
            },
        ),
        migrations.CreateModel(
            name='FundImport',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('county', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='access.region', verbose_name='county')),
                ('file_name', models.CharField(max_length=255, verbose_name='file')),
                ('sha256', models.CharField(db_index=True, max_length=64)),
                ('stored_as', models.CharField(max_length=64, unique=True)),
                ('lines', models.JSONField(default=list)),
                ('uploaded_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('uploaded_at', models.DateTimeField(auto_now_add=True, verbose_name='uploaded')),
                ('booked_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('booked_at', models.DateTimeField(null=True, verbose_name='booked')),
            ],
            options={
                'ordering': ('-id',),
                'verbose_name': 'import of allocations and payments',
                'constraints': [
                    models.CheckConstraint(condition=models.Q(models.Q(('booked_at', None), ('booked_by', None)), models.Q(('booked_at__isnull', False), ('booked_by__isnull', False)), _connector='OR'), name='fund_import_booked_by_somebody'),
                ],
            },
        ),
    ]
