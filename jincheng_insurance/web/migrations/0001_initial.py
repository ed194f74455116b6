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
            name='SavedFilter',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('owner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('page', models.CharField(max_length=60)),
                ('name', models.CharField(max_length=30, verbose_name='name')),
                ('fields', models.JSONField()),
                ('saved_at', models.DateTimeField(auto_now_add=True, verbose_name='saved')),
            ],
            options={
                'ordering': ('page', 'name'),
                'verbose_name': 'saved filter',
                'constraints': [
                    models.UniqueConstraint(fields=('owner', 'page', 'name'), name='saved_filter_named_once'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Draft',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('owner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('form', models.CharField(max_length=60)),
                ('row', models.BigIntegerField()),
                ('fields_sealed', models.BinaryField()),
                ('kept_at', models.DateTimeField(auto_now=True)),
            ],
            options={
                'verbose_name': 'draft of a form',
                'constraints': [
                    models.UniqueConstraint(fields=('owner', 'form', 'row'), name='draft_once_per_form'),
                ],
            },
        ),
    ]
