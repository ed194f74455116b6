"""Long lists page by page, the filters kept in the address."""

from collections.abc import Sequence
from functools import cached_property
from typing import Any, TypeVar

from django.core.paginator import Page, Paginator
from django.db.models import Model, QuerySet
from django.http import HttpRequest

PER_PAGE = 50
MOST_COUNTED = 10_000

M = TypeVar("M", bound=Model)


def paginate(
    request: HttpRequest,
    queryset: QuerySet[M] | Sequence[Any],
    per_page: int = PER_PAGE,
    *,
    known: int | None = None,
) -> Page[Any]:
    """The page that `?page=` asks for; anything unreadable is the first page, too far is the last.

    A queryset must be ordered. `known` is how many rows there are, where counting them as they are shown takes long.
    Show with `{% include "web/pager.html" with page=page %}`.
    """
    paginator: Paginator[Any] = Paginator(queryset, per_page)
    if known is not None:
        paginator.__dict__["count"] = known  # what the paginator itself would keep
    return paginator.get_page(request.GET.get("page"))


class WidePaginator(Paginator):
    """Pages of a list that may hold millions of rows. It counts no further than `MOST_COUNTED`, and nothing where the
    number of rows is `known`, says by `more` that there are more, and leads through that many at most: whoever looks
    further narrows the filter."""

    object_list: QuerySet[Any]

    def __init__(self, object_list: QuerySet[Any], per_page: int, *, known: int | None = None) -> None:
        super().__init__(object_list, per_page)
        self._known = known

    @cached_property
    def _counted(self) -> int:
        if self._known is not None:
            return self._known
        return self.object_list.order_by().values("pk")[: MOST_COUNTED + 1].count()

    @property
    def count(self) -> int:
        return min(self._counted, MOST_COUNTED)

    @property
    def more(self) -> bool:
        return self._counted > MOST_COUNTED

    def page(self, number: int | str) -> Page[Any]:
        """The keys of the page first, then its rows: what is skipped is never joined."""
        number = self.validate_number(number)
        first = (number - 1) * self.per_page
        keys = list(self.object_list.values_list("pk", flat=True)[first : first + self.per_page])
        rows = {row.pk: row for row in self.object_list.order_by().filter(pk__in=keys)}
        return Page([rows[key] for key in keys if key in rows], number, self)


def paginate_wide(
    request: HttpRequest, queryset: QuerySet[M], per_page: int = PER_PAGE, *, known: int | None = None
) -> Page[M]:
    """As `paginate`, for lists that may be as long as the roster; `known` is the number of rows, where a kept sum says
    it."""
    return WidePaginator(queryset, per_page, known=known).get_page(request.GET.get("page"))
