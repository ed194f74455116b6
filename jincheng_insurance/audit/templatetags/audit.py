"""The way from an object's page to its record of acts."""

from typing import Any
from urllib.parse import urlencode

from django import template
from django.db.models import Model
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from jincheng_insurance.access.models import User
from jincheng_insurance.access.roles import Act
from jincheng_insurance.web.templatetags.house import icon

register = template.Library()


@register.simple_tag(takes_context=True)
def record_link(context: dict[str, Any], row: Model) -> SafeString | str:
    """A button that leads auditors to what was done to `row`; nothing for whoever may not read the record."""
    user = getattr(context.get("request"), "user", None)
    if not isinstance(user, User) or not user.can(Act.VIEW_AUDIT):
        return ""
    asked = urlencode({"object_type": row._meta.label_lower, "object_id": row.pk})
    return format_html(
        '<a class="button" href="{}?{}">{}{}</a>',
        reverse("audit:records"),
        asked,
        icon("scroll-text"),
        _("Its record"),
    )
