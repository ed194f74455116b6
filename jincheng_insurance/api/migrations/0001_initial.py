"""The tables, each made whole: columns, indexes and constraints."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='IdempotencyKey',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('key', models.CharField(max_length=100)),
                ('request', models.CharField(max_length=200)),
                ('body_index', models.BinaryField()),
                ('state', models.CharField(choices=[('in_flight', 'In flight'), ('acted', 'Done, not yet answered'), ('answered', 'Answered')], default='in_flight', max_length=10)),
                ('attempt', models.PositiveIntegerField(default=1)),
                ('started_at', models.DateTimeField()),
                ('acted_on', models.CharField(blank=True, max_length=40)),
                ('status', models.PositiveSmallIntegerField(null=True)),
                ('body', models.JSONField(null=True)),
                ('location', models.CharField(blank=True, max_length=200)),
                ('created_at', models.DateTimeField(auto_now_add=True, db_index=True)),
            ],
            options={
                'verbose_name': 'idempotency key',
                'constraints': [
                    models.UniqueConstraint(fields=('user', 'key'), name='idempotency_key_once_per_user'),
                    models.CheckConstraint(condition=models.Q(models.Q(('state', 'answered'), _negated=True), ('status__isnull', False), _connector='OR'), name='idempotency_answer_has_status'),
                ],
            },
        ),
        migrations.CreateModel(
            name='RequestCount',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('bucket', models.CharField(max_length=40)),
                ('minute', models.DateTimeField()),
                ('count', models.PositiveIntegerField()),
            ],
            options={
                'verbose_name': 'request count',
                'constraints': [
                    models.UniqueConstraint(fields=('bucket', 'minute'), name='request_count_once_a_minute'),
                ],
            },
        ),
    ]
