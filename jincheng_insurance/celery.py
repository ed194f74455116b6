"""The Celery application: tasks are found in each app's `tasks`, settings under the prefix CELERY_."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "jincheng_insurance.settings")

app = Celery("jincheng_insurance")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
