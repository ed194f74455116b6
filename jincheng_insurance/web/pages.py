"""Long lists page by page, the filters kept in the address."""

from typing import TypeVar

from django.core.paginator import Page, Paginator
from django.db.models import Model, QuerySet
from django.http import HttpRequest

PER_PAGE = 50

M = TypeVar("M", bound=Model)


def paginate(request: HttpRequest, queryset: QuerySet[M], per_page: int = PER_PAGE) -> Page[M]:
    """The page that `?page=` asks for; anything unreadable is the first page, too far is the last.

    The queryset must be ordered. Show with `{% include "web/pager.html" with page=page %}`.
    """
    paginator: Paginator[M] = Paginator(queryset, per_page)
    return paginator.get_page(request.GET.get("page"))
