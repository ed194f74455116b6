"""The tables, each made whole: columns, indexes, constraints, and the triggers that write their history."""

import datetime

import django.contrib.auth.models
import django.contrib.auth.validators
import django.db.models.deletion
import django.db.models.expressions
import django.utils.timezone
import pghistory.utils
import pgtrigger.compiler
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('auth', '0012_alter_user_first_name_max_length'),
    ]

    operations = [
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
        migrations.CreateModel(
            name='Region',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(blank=True, max_length=12, null=True, unique=True, verbose_name='code')),
                ('name', models.CharField(max_length=60, verbose_name='name')),
                ('level', models.CharField(choices=[('city', 'City'), ('county', 'County'), ('township', 'Township'), ('village', 'Village')], max_length=8, verbose_name='level')),
                ('parent', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='children', to='access.region')),
            ],
            options={
                'ordering': ('code', 'name'),
                'verbose_name': 'region',
                'constraints': [
                    models.UniqueConstraint(fields=('parent', 'name'), name='region_name_once_per_parent'),
                    models.CheckConstraint(condition=models.Q(models.Q(('level', 'city'), ('parent', None)), models.Q(models.Q(('level', 'city'), _negated=True), ('parent__isnull', False)), _connector='OR'), name='region_only_the_city_has_no_parent'),
                    models.CheckConstraint(condition=models.Q(('level__in', ('township', 'village')), ('code__isnull', False), _connector='OR'), name='region_county_has_code'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Insurer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=20, unique=True, verbose_name='code')),
                ('name', models.CharField(max_length=80, unique=True, verbose_name='name')),
            ],
            options={
                'ordering': ('code',),
                'verbose_name': 'insurer',
            },
        ),
        migrations.CreateModel(
            name='User',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('password', models.CharField(max_length=128, verbose_name='password')),
                ('last_login', models.DateTimeField(blank=True, null=True, verbose_name='last login')),
                ('is_superuser', models.BooleanField(default=False, help_text='Designates that this user has all permissions without explicitly assigning them.', verbose_name='superuser status')),
                ('username', models.CharField(error_messages={'unique': 'A user with that username already exists.'}, help_text='Required. 150 characters or fewer. Letters, digits and @/./+/-/_ only.', max_length=150, unique=True, validators=[django.contrib.auth.validators.UnicodeUsernameValidator()], verbose_name='username')),
                ('first_name', models.CharField(blank=True, max_length=150, verbose_name='first name')),
                ('last_name', models.CharField(blank=True, max_length=150, verbose_name='last name')),
                ('email', models.EmailField(blank=True, max_length=254, verbose_name='email address')),
                ('is_staff', models.BooleanField(default=False, help_text='Designates whether the user can log into this admin site.', verbose_name='staff status')),
                ('is_active', models.BooleanField(default=True, help_text='Designates whether this user should be treated as active. Unselect this instead of deleting accounts.', verbose_name='active')),
                ('date_joined', models.DateTimeField(default=django.utils.timezone.now, verbose_name='date joined')),
                ('display_name', models.CharField(blank=True, max_length=40, verbose_name='name')),
                ('unit', models.CharField(blank=True, max_length=80, verbose_name='unit')),
                ('must_change_password', models.BooleanField(default=False, verbose_name='must change the password')),
                ('password_set_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='password set at')),
                ('groups', models.ManyToManyField(blank=True, help_text='The groups this user belongs to. A user will get all permissions granted to each of their groups.', related_name='user_set', related_query_name='user', to='auth.group', verbose_name='groups')),
                ('user_permissions', models.ManyToManyField(blank=True, help_text='Specific permissions for this user.', related_name='user_set', related_query_name='user', to='auth.permission', verbose_name='user permissions')),
            ],
            options={
                'verbose_name': 'user',
                'verbose_name_plural': 'users',
                'constraints': [
                    models.CheckConstraint(condition=models.Q(('is_staff', False), ('is_superuser', False)), name='user_is_no_superuser'),
                ],
                'triggers': [
                    pgtrigger.compiler.Trigger(name='changed_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."date_joined" IS DISTINCT FROM (NEW."date_joined") OR OLD."display_name" IS DISTINCT FROM (NEW."display_name") OR OLD."email" IS DISTINCT FROM (NEW."email") OR OLD."first_name" IS DISTINCT FROM (NEW."first_name") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."is_active" IS DISTINCT FROM (NEW."is_active") OR OLD."is_staff" IS DISTINCT FROM (NEW."is_staff") OR OLD."is_superuser" IS DISTINCT FROM (NEW."is_superuser") OR OLD."last_name" IS DISTINCT FROM (NEW."last_name") OR OLD."password_set_at" IS DISTINCT FROM (NEW."password_set_at") OR OLD."unit" IS DISTINCT FROM (NEW."unit") OR OLD."username" IS DISTINCT FROM (NEW."username"))', func='INSERT INTO "access_userhistory" ("date_joined", "display_name", "email", "first_name", "id", "is_active", "is_staff", "is_superuser", "last_name", "password_set_at", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "unit", "username") VALUES (OLD."date_joined", OLD."display_name", OLD."email", OLD."first_name", OLD."id", OLD."is_active", OLD."is_staff", OLD."is_superuser", OLD."last_name", OLD."password_set_at", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'changed\', OLD."id", OLD."unit", OLD."username"); RETURN NULL;', hash='5cbb1dcc36c64ad2a3507a930637b6caecd0fc96', operation='UPDATE', pgid='pgtrigger_changed_update_2d561', table='access_user', when='AFTER')),
                    pgtrigger.compiler.Trigger(name='removed_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "access_userhistory" ("date_joined", "display_name", "email", "first_name", "id", "is_active", "is_staff", "is_superuser", "last_name", "password_set_at", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "unit", "username") VALUES (OLD."date_joined", OLD."display_name", OLD."email", OLD."first_name", OLD."id", OLD."is_active", OLD."is_staff", OLD."is_superuser", OLD."last_name", OLD."password_set_at", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'removed\', OLD."id", OLD."unit", OLD."username"); RETURN NULL;', hash='90741a63e9f9668686e77917d52b9cd5fb6a097c', operation='DELETE', pgid='pgtrigger_removed_delete_af9cd', table='access_user', when='AFTER')),
                ],
            },
            managers=[
                ('objects', django.contrib.auth.models.UserManager()),
            ],
        ),
        migrations.CreateModel(
            name='Grant',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='grants', to=settings.AUTH_USER_MODEL)),
                ('role', models.CharField(choices=[('city_officer', 'City officer'), ('city_finance', 'City finance'), ('county_officer', 'County officer'), ('county_finance', 'County finance'), ('adjuster', 'Adjuster'), ('reviewer', 'Reviewer'), ('auditor', 'Auditor'), ('administrator', 'Administrator'), ('security_officer', 'Security officer')], max_length=20, verbose_name='role')),
                ('region', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, to='access.region', verbose_name='county')),
                ('insurer', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, to='access.insurer', verbose_name='insurer')),
                ('starts_on', models.DateField(verbose_name='from')),
                ('ends_on', models.DateField(blank=True, null=True, verbose_name='until')),
                ('state', models.CharField(choices=[('proposed', 'waiting for confirmation'), ('confirmed', 'confirmed'), ('refused', 'refused'), ('founding', 'made on the console')], default='proposed', max_length=10, verbose_name='state')),
                ('reason', models.CharField(blank=True, max_length=300, verbose_name='reason')),
                ('given_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='grants_given', to=settings.AUTH_USER_MODEL)),
                ('given_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('decided_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='grants_decided', to=settings.AUTH_USER_MODEL)),
                ('decided_at', models.DateTimeField(blank=True, null=True)),
                ('refusal', models.CharField(blank=True, max_length=300)),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'verbose_name': 'grant',
                'constraints': [
                    models.CheckConstraint(condition=models.Q(models.Q(('insurer', None), ('region', None), ('role__in', ['administrator', 'auditor', 'city_finance', 'city_officer', 'security_officer'])), models.Q(('insurer', None), ('region__isnull', False), ('role__in', ['county_finance', 'county_officer'])), models.Q(('insurer__isnull', False), ('role__in', ['adjuster', 'reviewer'])), _connector='OR'), name='grant_place_fits_role'),
                    models.CheckConstraint(condition=models.Q(('ends_on', None), ('ends_on__gte', models.F('starts_on')), _connector='OR'), name='grant_ends_after_start'),
                    models.CheckConstraint(condition=models.Q(models.Q(('decided_by', None), ('state', 'founding')), models.Q(('decided_at', None), ('decided_by', None), ('given_by__isnull', False), ('state', 'proposed')), models.Q(models.Q(('decided_by', models.F('given_by')), _negated=True), models.Q(('decided_by', models.F('user')), _negated=True), ('decided_at__isnull', False), ('decided_by__isnull', False), ('given_by__isnull', False), ('state__in', ('confirmed', 'refused'))), _connector='OR'), name='grant_decided_by_a_third_person'),
                ],
                'triggers': [
                    pgtrigger.compiler.Trigger(name='changed_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "access_granthistory" ("decided_at", "decided_by_id", "ended_at", "ends_on", "given_at", "given_by_id", "id", "insurer_id", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "refusal", "region_id", "role", "starts_on", "state", "user_id") VALUES (OLD."decided_at", OLD."decided_by_id", OLD."ended_at", OLD."ends_on", OLD."given_at", OLD."given_by_id", OLD."id", OLD."insurer_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'changed\', OLD."id", OLD."reason", OLD."refusal", OLD."region_id", OLD."role", OLD."starts_on", OLD."state", OLD."user_id"); RETURN NULL;', hash='3593e6afa81e432cbb2da888eb7068888ab0b844', operation='UPDATE', pgid='pgtrigger_changed_update_3dfc3', table='access_grant', when='AFTER')),
                    pgtrigger.compiler.Trigger(name='removed_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "access_granthistory" ("decided_at", "decided_by_id", "ended_at", "ends_on", "given_at", "given_by_id", "id", "insurer_id", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "refusal", "region_id", "role", "starts_on", "state", "user_id") VALUES (OLD."decided_at", OLD."decided_by_id", OLD."ended_at", OLD."ends_on", OLD."given_at", OLD."given_by_id", OLD."id", OLD."insurer_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'removed\', OLD."id", OLD."reason", OLD."refusal", OLD."region_id", OLD."role", OLD."starts_on", OLD."state", OLD."user_id"); RETURN NULL;', hash='47a7fd36030108857da1c035e81e3d196a75376b', operation='DELETE', pgid='pgtrigger_removed_delete_ace62', table='access_grant', when='AFTER')),
                ],
            },
        ),
        migrations.CreateModel(
            name='ApiToken',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='api_tokens', to=settings.AUTH_USER_MODEL)),
                ('name', models.CharField(max_length=60, verbose_name='name')),
                ('prefix', models.CharField(max_length=12, verbose_name='begins with')),
                ('digest', models.BinaryField(unique=True)),
                ('insurer', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, to='access.insurer', verbose_name='insurer')),
                ('reach', models.CharField(choices=[('read', 'Read only'), ('handle', 'Report and handle claims; no decisions, no payments'), ('all', 'All that my posts allow, payments too')], default='all', max_length=6, verbose_name='may do')),
                ('created_at', models.DateTimeField(verbose_name='made')),
                ('expires_at', models.DateTimeField(verbose_name='valid until')),
                ('last_used_at', models.DateTimeField(blank=True, null=True, verbose_name='last used')),
                ('revoked_at', models.DateTimeField(blank=True, null=True, verbose_name='revoked')),
            ],
            options={
                'ordering': ('-id',),
                'verbose_name': 'API token',
                'constraints': [
                    models.CheckConstraint(condition=models.Q(('expires_at__gt', models.F('created_at')), ('expires_at__lte', django.db.models.expressions.CombinedExpression(models.F('created_at'), '+', models.Value(datetime.timedelta(days=365))))), name='api_token_lives_a_year_at_most'),
                ],
                'triggers': [
                    pgtrigger.compiler.Trigger(name='changed_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."created_at" IS DISTINCT FROM (NEW."created_at") OR OLD."expires_at" IS DISTINCT FROM (NEW."expires_at") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."insurer_id" IS DISTINCT FROM (NEW."insurer_id") OR OLD."name" IS DISTINCT FROM (NEW."name") OR OLD."prefix" IS DISTINCT FROM (NEW."prefix") OR OLD."reach" IS DISTINCT FROM (NEW."reach") OR OLD."revoked_at" IS DISTINCT FROM (NEW."revoked_at") OR OLD."user_id" IS DISTINCT FROM (NEW."user_id"))', func='INSERT INTO "access_apitokenhistory" ("created_at", "expires_at", "id", "insurer_id", "name", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "prefix", "reach", "revoked_at", "user_id") VALUES (OLD."created_at", OLD."expires_at", OLD."id", OLD."insurer_id", OLD."name", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'changed\', OLD."id", OLD."prefix", OLD."reach", OLD."revoked_at", OLD."user_id"); RETURN NULL;', hash='ab837b5a89813ad5965b19dfa816004d060649ee', operation='UPDATE', pgid='pgtrigger_changed_update_96be7', table='access_apitoken', when='AFTER')),
                    pgtrigger.compiler.Trigger(name='removed_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "access_apitokenhistory" ("created_at", "expires_at", "id", "insurer_id", "name", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "prefix", "reach", "revoked_at", "user_id") VALUES (OLD."created_at", OLD."expires_at", OLD."id", OLD."insurer_id", OLD."name", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'removed\', OLD."id", OLD."prefix", OLD."reach", OLD."revoked_at", OLD."user_id"); RETURN NULL;', hash='ff46c19649d421f006443a801223f7103bda1679', operation='DELETE', pgid='pgtrigger_removed_delete_3234a', table='access_apitoken', when='AFTER')),
                ],
            },
        ),
        migrations.CreateModel(
            name='FormerPassword',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='former_passwords', to=settings.AUTH_USER_MODEL)),
                ('password', models.CharField(max_length=128)),
                ('replaced_at', models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                'ordering': ('-id',),
                'verbose_name': 'former password',
            },
        ),
        migrations.CreateModel(
            name='UserSession',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='sessions', to=settings.AUTH_USER_MODEL)),
                ('key_digest', models.BinaryField(unique=True)),
                ('started_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='signed in at')),
                ('seen_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='last active')),
                ('proved_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('address', models.GenericIPAddressField(blank=True, null=True, verbose_name='address')),
                ('agent', models.CharField(blank=True, max_length=200, verbose_name='browser')),
                ('ended_at', models.DateTimeField(blank=True, null=True, verbose_name='ended at')),
                ('ended_by', models.CharField(blank=True, choices=[('signed_out', 'signed out'), ('elsewhere', 'signed in elsewhere'), ('ended', 'ended by hand'), ('idle', 'nothing done for too long'), ('expired', 'longest time reached'), ('password', 'password set anew'), ('disabled', 'user disabled')], max_length=10, verbose_name='ended how')),
            ],
            options={
                'ordering': ('-id',),
                'verbose_name': 'session',
                'constraints': [
                    models.UniqueConstraint(condition=models.Q(('ended_at', None)), fields=('user',), name='user_session_one_at_a_time'),
                    models.CheckConstraint(condition=models.Q(models.Q(('ended_at', None), ('ended_by', '')), models.Q(('ended_at__isnull', False), models.Q(('ended_by', ''), _negated=True)), _connector='OR'), name='user_session_says_how_it_ended'),
                ],
            },
        ),
        migrations.CreateModel(
            name='SecondFactor',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('user', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='second_factor', to=settings.AUTH_USER_MODEL)),
                ('secret_sealed', models.BinaryField()),
                ('made_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('confirmed_at', models.DateTimeField(null=True, verbose_name='set up')),
                ('last_step', models.BigIntegerField(default=0)),
                ('failures', models.PositiveSmallIntegerField(default=0)),
                ('failed_at', models.DateTimeField(null=True)),
            ],
            options={
                'verbose_name': 'second factor',
            },
        ),
        migrations.CreateModel(
            name='RecoveryCode',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('factor', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='recovery_codes', to='access.secondfactor')),
                ('digest', models.BinaryField(unique=True)),
                ('used_at', models.DateTimeField(null=True)),
            ],
            options={
                'verbose_name': 'recovery code',
            },
        ),
        migrations.CreateModel(
            name='UserHistory',
            fields=[
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_id', models.BigAutoField(primary_key=True, serialize=False)),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='history', related_query_name='history', to=settings.AUTH_USER_MODEL)),
                ('pgh_context', pghistory.utils.JSONField(null=True)),
                ('id', models.BigIntegerField()),
                ('is_superuser', models.BooleanField(default=False, help_text='Designates that this user has all permissions without explicitly assigning them.', verbose_name='superuser status')),
                ('username', models.CharField(error_messages={'unique': 'A user with that username already exists.'}, help_text='Required. 150 characters or fewer. Letters, digits and @/./+/-/_ only.', max_length=150, validators=[django.contrib.auth.validators.UnicodeUsernameValidator()], verbose_name='username')),
                ('first_name', models.CharField(blank=True, max_length=150, verbose_name='first name')),
                ('last_name', models.CharField(blank=True, max_length=150, verbose_name='last name')),
                ('email', models.EmailField(blank=True, max_length=254, verbose_name='email address')),
                ('is_staff', models.BooleanField(default=False, help_text='Designates whether the user can log into this admin site.', verbose_name='staff status')),
                ('is_active', models.BooleanField(default=True, help_text='Designates whether this user should be treated as active. Unselect this instead of deleting accounts.', verbose_name='active')),
                ('date_joined', models.DateTimeField(default=django.utils.timezone.now, verbose_name='date joined')),
                ('display_name', models.CharField(blank=True, max_length=40, verbose_name='name')),
                ('unit', models.CharField(blank=True, max_length=80, verbose_name='unit')),
                ('password_set_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='password set at')),
            ],
            options={
                'abstract': False,
                'verbose_name': 'history of user',
            },
        ),
        migrations.CreateModel(
            name='GrantHistory',
            fields=[
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_id', models.BigAutoField(primary_key=True, serialize=False)),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='history', related_query_name='history', to='access.grant')),
                ('pgh_context', pghistory.utils.JSONField(null=True)),
                ('id', models.BigIntegerField()),
                ('user', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                ('role', models.CharField(choices=[('city_officer', 'City officer'), ('city_finance', 'City finance'), ('county_officer', 'County officer'), ('county_finance', 'County finance'), ('adjuster', 'Adjuster'), ('reviewer', 'Reviewer'), ('auditor', 'Auditor'), ('administrator', 'Administrator'), ('security_officer', 'Security officer')], max_length=20, verbose_name='role')),
                ('region', models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='access.region', verbose_name='county')),
                ('insurer', models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='access.insurer', verbose_name='insurer')),
                ('starts_on', models.DateField(verbose_name='from')),
                ('ends_on', models.DateField(blank=True, null=True, verbose_name='until')),
                ('state', models.CharField(choices=[('proposed', 'waiting for confirmation'), ('confirmed', 'confirmed'), ('refused', 'refused'), ('founding', 'made on the console')], default='proposed', max_length=10, verbose_name='state')),
                ('reason', models.CharField(blank=True, max_length=300, verbose_name='reason')),
                ('given_by', models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                ('given_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('decided_by', models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                ('decided_at', models.DateTimeField(blank=True, null=True)),
                ('refusal', models.CharField(blank=True, max_length=300)),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'abstract': False,
                'verbose_name': 'history of grant',
            },
        ),
        migrations.CreateModel(
            name='ApiTokenHistory',
            fields=[
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_id', models.BigAutoField(primary_key=True, serialize=False)),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='history', related_query_name='history', to='access.apitoken')),
                ('pgh_context', pghistory.utils.JSONField(null=True)),
                ('id', models.BigIntegerField()),
                ('user', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                ('name', models.CharField(max_length=60, verbose_name='name')),
                ('prefix', models.CharField(max_length=12, verbose_name='begins with')),
                ('insurer', models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='access.insurer', verbose_name='insurer')),
                ('reach', models.CharField(choices=[('read', 'Read only'), ('handle', 'Report and handle claims; no decisions, no payments'), ('all', 'All that my posts allow, payments too')], default='all', max_length=6, verbose_name='may do')),
                ('created_at', models.DateTimeField(verbose_name='made')),
                ('expires_at', models.DateTimeField(verbose_name='valid until')),
                ('revoked_at', models.DateTimeField(blank=True, null=True, verbose_name='revoked')),
            ],
            options={
                'abstract': False,
                'verbose_name': 'history of apitoken',
            },
        ),
    ]
