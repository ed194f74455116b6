"""The tables, each made whole: columns, indexes and constraints."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('access', '0001_initial'),
        ('enrollment', '0001_initial'),
        ('premiums', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Alert',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('agreement', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='alerts', to='enrollment.agreement')),
                ('policy_year', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='enrollment.policyyear')),
                ('county', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='access.region', verbose_name='county')),
                ('level', models.PositiveSmallIntegerField(verbose_name='level')),
                ('incurred', models.DecimalField(decimal_places=2, max_digits=14, verbose_name='incurred')),
                ('net_premium', models.DecimalField(decimal_places=2, max_digits=14, verbose_name='net premium')),
                ('fired_at', models.DateTimeField(auto_now_add=True, verbose_name='fired')),
            ],
            options={
                'ordering': ('-fired_at', '-level'),
                'verbose_name': 'alert',
                'constraints': [
                    models.UniqueConstraint(fields=('agreement', 'level'), name='alert_fires_once_a_year'),
                    models.CheckConstraint(condition=models.Q(('net_premium__gt', 0)), name='alert_needs_premium'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Breakdown',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('agreement', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='breakdown', to='enrollment.agreement')),
                ('entries', models.PositiveIntegerField(default=0)),
                ('taken_at', models.DateTimeField(null=True, verbose_name='as of')),
            ],
            options={
                'verbose_name': 'breakdown of losses',
            },
        ),
        migrations.CreateModel(
            name='BreakdownLine',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('breakdown', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='lines', to='riskpool.breakdown')),
                ('dimension', models.CharField(choices=[('village', 'Villages'), ('diagnosis', 'Diagnoses'), ('cause', 'Causes of property losses'), ('hospital', 'Hospitals')], max_length=10)),
                ('rank', models.PositiveSmallIntegerField()),
                ('name', models.CharField(blank=True, max_length=200)),
                ('concerned', models.PositiveIntegerField(verbose_name='persons or households')),
                ('claims', models.PositiveIntegerField(verbose_name='claims')),
                ('amount', models.DecimalField(decimal_places=2, max_digits=14, verbose_name='amount')),
            ],
            options={
                'ordering': ('dimension', 'rank'),
                'verbose_name': 'line of a breakdown',
                'constraints': [
                    models.UniqueConstraint(fields=('breakdown', 'dimension', 'rank'), name='breakdown_line_ranked_once'),
                    models.CheckConstraint(condition=models.Q(('concerned__gte', 3)), name='breakdown_line_tells_nobody'),
                ],
            },
        ),
        migrations.CreateModel(
            name='SettlementDraft',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('policy_year', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='enrollment.policyyear', verbose_name='policy year')),
                ('version', models.PositiveSmallIntegerField(verbose_name='version')),
                ('serial', models.PositiveIntegerField(verbose_name='draft')),
                ('as_of', models.DateField(verbose_name='as of')),
                ('content', models.JSONField()),
                ('digest', models.CharField(max_length=64, verbose_name='digest')),
                ('drafted_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='put forward by')),
                ('drafted_at', models.DateTimeField(auto_now_add=True, verbose_name='drafted')),
            ],
            options={
                'ordering': ('-policy_year', '-version', '-serial'),
                'verbose_name': 'settlement draft',
                'constraints': [
                    models.UniqueConstraint(fields=('policy_year', 'version', 'serial'), name='draft_numbered_once'),
                    models.CheckConstraint(condition=models.Q(('serial__gte', 1), ('version__gte', 1)), name='draft_numbers_from_one'),
                    models.CheckConstraint(condition=models.Q(('digest__regex', '^[0-9a-f]{64}$')), name='draft_digest_is_sha256'),
                ],
            },
        ),
        migrations.CreateModel(
            name='SettlementLine',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('draft', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='lines', to='riskpool.settlementdraft')),
                ('agreement', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='settlement_lines', to='enrollment.agreement')),
                ('county', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='access.region', verbose_name='county')),
                ('net_premium', models.DecimalField(decimal_places=2, max_digits=14, verbose_name='net premium')),
                ('paid', models.DecimalField(decimal_places=2, max_digits=14, verbose_name='claims paid')),
                ('reserves', models.DecimalField(decimal_places=2, max_digits=14, verbose_name='open reserves')),
                ('carry_city', models.DecimalField(decimal_places=2, max_digits=14, verbose_name='carry-forward, city')),
                ('carry_county', models.DecimalField(decimal_places=2, max_digits=14, verbose_name='carry-forward, county')),
                ('excess_city', models.DecimalField(decimal_places=2, max_digits=14, verbose_name='excess, city')),
                ('excess_county', models.DecimalField(decimal_places=2, max_digits=14, verbose_name='excess, county')),
                ('refund_city', models.DecimalField(decimal_places=2, max_digits=14, verbose_name='refund, city')),
                ('refund_county', models.DecimalField(decimal_places=2, max_digits=14, verbose_name='refund, county')),
                ('booked', models.JSONField()),
                ('breakdown', models.JSONField()),
                ('sources', models.JSONField()),
                ('problem', models.CharField(blank=True, max_length=40)),
            ],
            options={
                'ordering': ('draft', 'county__code'),
                'verbose_name': 'settlement line',
                'constraints': [
                    models.UniqueConstraint(fields=('draft', 'agreement'), name='settlement_line_once_per_agreement'),
                    models.CheckConstraint(condition=models.Q(('carry_city__gte', 0), ('carry_county__gte', 0), ('excess_city__gte', 0), ('excess_county__gte', 0), ('refund_city__gte', 0), ('refund_county__gte', 0)), name='settlement_line_not_negative'),
                    models.CheckConstraint(condition=models.Q(models.Q(('carry_city', 0), ('carry_county', 0)), models.Q(('excess_city', 0), ('excess_county', 0)), _connector='OR'), name='settlement_line_carries_or_exceeds'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Settlement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('policy_year', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='enrollment.policyyear', verbose_name='policy year')),
                ('version', models.PositiveSmallIntegerField(verbose_name='version')),
                ('draft', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='settlement', to='riskpool.settlementdraft')),
                ('digest', models.CharField(max_length=64, verbose_name='digest')),
                ('drafted_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('confirmed_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('confirmed_on', models.DateField(verbose_name='confirmed on')),
                ('confirmed_at', models.DateTimeField(auto_now_add=True)),
            ],
            options={
                'ordering': ('-policy_year', '-version'),
                'verbose_name': 'settlement',
                'constraints': [
                    models.UniqueConstraint(fields=('policy_year', 'version'), name='settlement_version_once'),
                    models.CheckConstraint(condition=models.Q(('confirmed_by', models.F('drafted_by')), _negated=True), name='settlement_takes_two_persons'),
                ],
            },
        ),
        migrations.CreateModel(
            name='CarryEntry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('booked', 'Carried forward'), ('offset', 'Set off against the due'), ('refunded', 'Refunded')], max_length=8, verbose_name='kind')),
                ('agreement', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='carry_entries', to='enrollment.agreement')),
                ('policy_year', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='enrollment.policyyear')),
                ('county', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='access.region', verbose_name='county')),
                ('side', models.CharField(choices=[('city', 'City level'), ('county', 'County level')], max_length=6, verbose_name='side')),
                ('amount', models.DecimalField(decimal_places=2, max_digits=14, verbose_name='amount')),
                ('on', models.DateField(verbose_name='date')),
                ('settlement', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='carry_entries', to='riskpool.settlement')),
                ('fund_entry', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='carry_entry', to='premiums.fundentry')),
                ('booked_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('booked_at', models.DateTimeField(auto_now_add=True)),
            ],
            options={
                'ordering': ('id',),
                'verbose_name': 'carry-forward entry',
                'indexes': [
                    models.Index(fields=['county', 'kind'], name='carry_by_county'),
                ],
                'constraints': [
                    models.UniqueConstraint(fields=('settlement', 'agreement', 'side', 'kind'), name='carry_booked_once_by_a_settlement'),
                    models.CheckConstraint(condition=models.Q(models.Q(('fund_entry__isnull', False), ('kind', 'offset'), ('settlement', None)), models.Q(('fund_entry', None), ('kind__in', ('booked', 'refunded')), ('settlement__isnull', False)), _connector='OR'), name='carry_has_its_ground'),
                    models.CheckConstraint(condition=models.Q(('amount', 0), _negated=True), name='carry_moves_something'),
                ],
            },
        ),
        migrations.CreateModel(
            name='ExcessEntry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('settlement', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='excess_entries', to='riskpool.settlement')),
                ('agreement', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='excess_entries', to='enrollment.agreement')),
                ('policy_year', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='enrollment.policyyear')),
                ('county', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='access.region', verbose_name='county')),
                ('side', models.CharField(choices=[('city', 'City level'), ('county', 'County level')], max_length=6, verbose_name='side')),
                ('amount', models.DecimalField(decimal_places=2, max_digits=14, verbose_name='amount')),
                ('on', models.DateField(verbose_name='date')),
                ('booked_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('booked_at', models.DateTimeField(auto_now_add=True)),
            ],
            options={
                'ordering': ('id',),
                'verbose_name': 'excess entry',
                'constraints': [
                    models.UniqueConstraint(fields=('settlement', 'agreement', 'side'), name='excess_booked_once_by_a_settlement'),
                    models.CheckConstraint(condition=models.Q(('amount', 0), _negated=True), name='excess_moves_something'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Duty',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('alert', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='duties', to='riskpool.alert')),
                ('agreement', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='duties', to='enrollment.agreement')),
                ('policy_year', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='enrollment.policyyear')),
                ('county', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='access.region', verbose_name='county')),
                ('kind', models.CharField(choices=[('special_report', 'Special report'), ('investigation', 'Investigation and report'), ('government_share', "Notice of the government's share")], max_length=16, verbose_name='kind')),
                ('state', models.CharField(choices=[('owed', 'Owed'), ('drafted', 'Drafted'), ('handed_in', 'Handed in'), ('returned', 'Returned with remarks'), ('received', 'Received')], default='owed', max_length=9, verbose_name='state')),
                ('due_on', models.DateField(null=True, verbose_name='due on')),
                ('causes', models.TextField(blank=True, verbose_name='causes')),
                ('measures', models.TextField(blank=True, verbose_name='measures')),
                ('forecast', models.TextField(blank=True, verbose_name='forecast')),
                ('remarks', models.CharField(blank=True, max_length=500, verbose_name='remarks')),
                ('handed_in_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('handed_in_at', models.DateTimeField(null=True, verbose_name='handed in')),
                ('received_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('received_at', models.DateTimeField(null=True, verbose_name='received')),
                ('escalated_at', models.DateTimeField(null=True, verbose_name='escalated')),
                ('made_at', models.DateTimeField(auto_now_add=True)),
            ],
            options={
                'ordering': ('id',),
                'verbose_name': 'report duty',
                'indexes': [
                    models.Index(fields=['state', 'due_on'], name='duty_by_last_day'),
                ],
                'constraints': [
                    models.UniqueConstraint(fields=('alert', 'kind'), name='duty_once_per_alert'),
                    models.CheckConstraint(condition=models.Q(models.Q(('due_on', None), ('kind', 'government_share')), models.Q(models.Q(('kind', 'government_share'), _negated=True), ('due_on__isnull', False)), _connector='OR'), name='duty_report_has_a_last_day'),
                    models.CheckConstraint(condition=models.Q(models.Q(('state', 'received'), _negated=True), models.Q(('received_at__isnull', False), ('received_by__isnull', False)), _connector='OR'), name='duty_received_by_somebody'),
                    models.CheckConstraint(condition=models.Q(('kind', 'government_share'), models.Q(('state__in', ('handed_in', 'returned', 'received')), _negated=True), models.Q(('handed_in_at__isnull', False), ('handed_in_by__isnull', False)), _connector='OR'), name='duty_handed_in_by_somebody'),
                    models.CheckConstraint(condition=models.Q(('received_by', None), ('handed_in_by', None), models.Q(('received_by', models.F('handed_in_by')), _negated=True), _connector='OR'), name='duty_received_by_another'),
                ],
            },
        ),
        migrations.CreateModel(
            name='DutyEvent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('duty', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='events', to='riskpool.duty')),
                ('step', models.CharField(max_length=12)),
                ('note', models.CharField(blank=True, max_length=500, verbose_name='note')),
                ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('at', models.DateTimeField(auto_now_add=True)),
            ],
            options={
                'ordering': ('id',),
                'verbose_name': 'event',
            },
        ),
        migrations.CreateModel(
            name='DutyPaper',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('duty', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='papers', to='riskpool.duty')),
                ('made', models.BooleanField()),
                ('file_name', models.CharField(max_length=100, verbose_name='file')),
                ('stored_as', models.CharField(max_length=64, unique=True)),
                ('content_type', models.CharField(max_length=80)),
                ('size', models.PositiveIntegerField(verbose_name='size')),
                ('added_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('added_at', models.DateTimeField(auto_now_add=True)),
            ],
            options={
                'ordering': ('id',),
                'verbose_name': 'report handed in',
            },
        ),
        migrations.CreateModel(
            name='Notice',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='notices', to=settings.AUTH_USER_MODEL)),
                ('agreement', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='enrollment.agreement')),
                ('county', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='access.region', verbose_name='county')),
                ('kind', models.CharField(choices=[('alert_fired', 'Alert fired'), ('duty_owed', 'Report owed'), ('government_share', "Government's share begins"), ('duty_handed_in', 'Report handed in'), ('duty_returned', 'Report returned'), ('duty_received', 'Report received'), ('duty_overdue', 'Report overdue'), ('claim_returned', 'Claim returned'), ('suspension_asked', 'Suspension asked for'), ('suspension_refused', 'Suspension refused'), ('suspension_approved', 'Payments suspended'), ('suspension_lifted', 'Suspension lifted')], max_length=20, verbose_name='kind')),
                ('about', models.CharField(choices=[('alert', 'alert'), ('duty', 'report duty'), ('claim', 'claim'), ('suspension', 'suspension of payments')], max_length=10)),
                ('about_id', models.BigIntegerField()),
                ('turn', models.BigIntegerField(default=0)),
                ('facts', models.JSONField(default=dict)),
                ('made_at', models.DateTimeField(auto_now_add=True, verbose_name='told')),
                ('read_at', models.DateTimeField(null=True, verbose_name='read')),
                ('mailed_at', models.DateTimeField(null=True)),
                ('mail_tries', models.PositiveSmallIntegerField(default=0)),
            ],
            options={
                'ordering': ('-id',),
                'verbose_name': 'notice',
                'indexes': [
                    models.Index(fields=['user', '-id'], name='notice_of_user'),
                    models.Index(condition=models.Q(('read_at', None)), fields=['user'], name='notice_unread'),
                    models.Index(condition=models.Q(('mail_tries__lt', 8), ('mailed_at', None)), fields=['id'], name='notice_to_mail'),
                ],
                'constraints': [
                    models.UniqueConstraint(fields=('user', 'kind', 'about', 'about_id', 'turn'), name='notice_told_once'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Suspension',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('agreement', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='suspensions', to='enrollment.agreement')),
                ('policy_year', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='enrollment.policyyear')),
                ('county', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='access.region', verbose_name='county')),
                ('state', models.CharField(choices=[('asked', 'Waits for the city'), ('refused', 'Refused'), ('approved', 'Approved, not begun'), ('in_force', 'In force'), ('lifted', 'Lifted')], default='asked', max_length=8, verbose_name='state')),
                ('violation', models.TextField(verbose_name='facts of the violation')),
                ('asked_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('asked_at', models.DateTimeField(auto_now_add=True, verbose_name='asked')),
                ('answer', models.CharField(blank=True, max_length=500, verbose_name='reasons of the decision')),
                ('decided_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('decided_at', models.DateTimeField(null=True, verbose_name='decided')),
                ('starts_at', models.DateTimeField(null=True, verbose_name='in force from')),
                ('lift_reason', models.CharField(blank=True, max_length=500, verbose_name='why it was lifted')),
                ('lifted_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('lifted_at', models.DateTimeField(null=True, verbose_name='lifted')),
            ],
            options={
                'ordering': ('-id',),
                'verbose_name': 'suspension of payments',
                'constraints': [
                    models.UniqueConstraint(condition=models.Q(('state__in', ('asked', 'approved', 'in_force'))), fields=('agreement',), name='suspension_one_open_per_agreement'),
                    models.CheckConstraint(condition=models.Q(('decided_by', None), models.Q(('decided_by', models.F('asked_by')), _negated=True), _connector='OR'), name='suspension_decided_by_another'),
                    models.CheckConstraint(condition=models.Q(models.Q(('decided_at', None), ('state', 'asked')), models.Q(models.Q(('state', 'asked'), _negated=True), ('decided_at__isnull', False), ('decided_by__isnull', False)), _connector='OR'), name='suspension_decided_by_somebody'),
                    models.CheckConstraint(condition=models.Q(models.Q(('state__in', ('approved', 'in_force', 'lifted')), _negated=True), ('starts_at__isnull', False), _connector='OR'), name='suspension_has_its_moment'),
                    models.CheckConstraint(condition=models.Q(models.Q(('lifted_at__isnull', False), ('lifted_by__isnull', False), ('state', 'lifted')), models.Q(models.Q(('state', 'lifted'), _negated=True), ('lifted_at', None), ('lifted_by', None)), _connector='OR'), name='suspension_lifted_by_somebody'),
                ],
            },
        ),
        migrations.CreateModel(
            name='SuspensionPaper',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('suspension', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='papers', to='riskpool.suspension')),
                ('file_name', models.CharField(max_length=100, verbose_name='file')),
                ('stored_as', models.CharField(max_length=64, unique=True)),
                ('content_type', models.CharField(max_length=80)),
                ('size', models.PositiveIntegerField(verbose_name='size')),
                ('added_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('added_at', models.DateTimeField(auto_now_add=True)),
            ],
            options={
                'ordering': ('id',),
                'verbose_name': 'evidence',
            },
        ),
    ]
