"""Long lists piece by piece: newest first, each piece followed by a cursor for the next. A cursor names the last row
seen, so rows that come in meanwhile shift nothing."""

import base64
import binascii
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from django.db.models import Model, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import serializers
from rest_framework.response import Response

from jincheng_insurance.api.fields import InputSerializer

M = TypeVar("M", bound=Model)

MOST = 200
USUAL = 50
LARGEST_ID = 2**63 - 1


class PageInput(InputSerializer):
    """Which piece of a list."""

    limit = serializers.IntegerField(
        min_value=1, max_value=MOST, default=USUAL, help_text=gettext_lazy("How many rows, at most 200.")
    )
    cursor = serializers.CharField(
        required=False,
        max_length=40,
        help_text=gettext_lazy("“next” of the piece before; without it, the newest rows."),
    )

    def validate_cursor(self, value: str) -> int:
        """The id after which the piece begins."""
        try:
            last = int(base64.urlsafe_b64decode(value.encode()).decode("ascii"))
        except (ValueError, binascii.Error, UnicodeError):
            last = 0
        if not 0 < last <= LARGEST_ID:
            raise serializers.ValidationError(_("This cursor leads nowhere. Begin again without one."))
        return last


def piece(
    rows: QuerySet[M],
    page: dict[str, Any],
    shape: type[serializers.Serializer[Any]],
    figures: Callable[[Sequence[M]], Sequence[Any]] | None = None,
) -> Response:
    """The piece of `rows` that a valid PageInput asks for, in its shape (of what `figures` makes of the rows, where
    given), and the cursor of the next."""
    limit: int = page["limit"]
    if "cursor" in page:
        rows = rows.filter(pk__lt=page["cursor"])
    found = list(rows.order_by("-pk")[: limit + 1])
    shown = found[:limit]
    more = len(found) > limit
    results = shape(figures(shown) if figures else shown, many=True).data
    return Response({"results": results, "next": _cursor(shown[-1].pk) if more else None})


def _cursor(last: int) -> str:
    return base64.urlsafe_b64encode(str(last).encode()).decode()
