"""The application as a WSGI server loads it. It refuses to serve with keys that don't fit the database."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "jincheng_insurance.settings")

application = get_wsgi_application()

from jincheng_insurance.access.key_marks import confirm_keys  # noqa: E402 - models exist from here on

confirm_keys()
