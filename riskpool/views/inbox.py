"""The inbox: one's own notices."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from jincheng_insurance.access.guards import actor_of, requires
from jincheng_insurance.access.roles import Act
from jincheng_insurance.access.scope import access_row
from jincheng_insurance.web.pages import paginate
from riskpool.notice_texts import notice_address, notice_text, notice_title
from riskpool.selectors.inbox import notices, unread_count
from riskpool.services.notices import mark_all_read, mark_read


@requires(Act.VIEW_POOL)
@require_GET
def inbox(request: HttpRequest) -> HttpResponse:
    """The reader's notices, newest first; `?unread=1` shows the unread ones only."""
    actor = actor_of(request)
    only_unread = request.GET.get("unread") == "1"
    rows = notices(actor)
    page = paginate(request, rows.filter(read_at=None) if only_unread else rows)
    context = {
        "page": page,
        "rows": [(notice, notice_title(notice), notice_text(notice)) for notice in page],
        "unread": unread_count(actor),
        "only_unread": only_unread,
    }
    return render(request, "riskpool/inbox.html", context)


@requires(Act.VIEW_POOL)
@require_POST
def open_notice(request: HttpRequest, pk: int) -> HttpResponse:
    """Mark a notice as read and lead to what it is about."""
    actor = actor_of(request)
    notice = access_row(notices(actor), actor, pk=pk)
    mark_read(notice=notice, actor=actor)
    return redirect(notice_address(notice))


@requires(Act.VIEW_POOL)
@require_POST
def read_all(request: HttpRequest) -> HttpResponse:
    read = mark_all_read(actor=actor_of(request))
    text = ngettext("%(n)s notice marked as read.", "%(n)s notices marked as read.", read)
    messages.success(request, text % {"n": read})
    return redirect("riskpool:inbox")
