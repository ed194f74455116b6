"""A form's draft as its page and its view meet it. A draft has no address of its own: it is kept by sending the form to
where it is always sent, so whoever the form refuses is refused the draft too."""

import datetime
from dataclasses import dataclass
from functools import cached_property

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _

from jincheng_insurance.access.guards import actor_of
from jincheng_insurance.access.refusals import Refused
from jincheng_insurance.web.drafts import drop_draft, fields_of, keep_draft, own_draft
from jincheng_insurance.web.models import Draft

ASKED = "draft"  # the field of the buttons, and of the address of a page that is filled in
LEFT_OUT = {ASKED, "csrfmiddlewaretoken", "once"}


@dataclass
class FormDraft:
    """The draft of the form that is sent to the address named `form` with the key `row`. Made once the form's own guard
    has let the request through. `page` is where the form stands, if not at that address; `sent` says that the page
    shows it as it was just sent."""

    request: HttpRequest
    form: str
    row: int
    page: str = ""
    sent: bool = False

    def __post_init__(self) -> None:
        self.url = reverse(self.form, args=[self.row])
        self.go_on = f"{self.page or self.url}?{ASKED}=go-on#draft"
        self.sent = self.sent or (self.request.method == "POST" and self.request.path == self.url)

    @cached_property
    def kept(self) -> Draft | None:
        return None if self.sent else own_draft(actor_of(self.request), self.form, self.row)

    @property
    def taken_up(self) -> bool:
        """Whether the page is to show the form filled in from the draft."""
        return self.request.GET.get(ASKED) == "go-on" and self.kept is not None

    @property
    def keeps_itself(self) -> bool:
        """Whether typing is kept by itself: never in place of a draft that its owner hasn't looked at."""
        return self.kept is None or self.taken_up

    @property
    def days(self) -> int:
        return int(settings.DRAFT_DAYS)

    @property
    def ends_on(self) -> datetime.date | None:
        """The last day on which the draft is still there."""
        return (
            timezone.localdate(self.kept.kept_at + datetime.timedelta(days=self.days)) if self.kept else None
        )

    def fill(self, *unsent: forms.BaseForm) -> None:
        """Put what was kept into the fields, unjudged, where the person chose to go on with it."""
        if self.kept is None or not self.taken_up:
            return
        given = MultiValueDict(fields_of(self.kept))
        for form in unsent:
            places = {name: form.add_prefix(name) for name in form.fields if name not in LEFT_OUT}
            if not given.keys() & places.values():  # of somebody who was listed since
                continue
            for name, place in places.items():
                widget = form.fields[name].widget
                if not widget.value_omitted_from_data(given, MultiValueDict(), place):
                    form.initial[name] = widget.value_from_datadict(given, MultiValueDict(), place)

    def answer(self, form: forms.BaseForm) -> HttpResponse | None:
        """The answer to one of the draft's own buttons or to a page that keeps it by itself; None where the form was
        sent to be done, or shows in itself why it can't be kept."""
        asked = self.request.POST.get(ASKED)
        if asked == "drop":
            self.drop()
            messages.success(self.request, _("The draft is discarded."))
            return redirect(self.page or self.url)
        return None if asked is None else self._keep(form)

    def _keep(self, form: forms.BaseForm) -> HttpResponse | None:
        fields = {name: values for name, values in self.request.POST.lists() if name not in LEFT_OUT}
        by_itself = bool(self.request.headers.get("HX-Request"))
        try:
            kept = keep_draft(form=self.form, row=self.row, fields=fields, actor=actor_of(self.request))
        except Refused as refusal:
            if by_itself:
                return render(self.request, "web/draft_kept.html", {"refusal": refusal}, status=422)
            form.add_error(None, str(refusal))
            return None
        if by_itself:
            return render(self.request, "web/draft_kept.html", {"kept": kept})
        messages.success(self.request, _("The draft is kept. You can leave and go on later."))
        return redirect(self.go_on)

    def drop(self) -> None:
        """Forget it, because its form is done with."""
        drop_draft(form=self.form, row=self.row, actor=actor_of(self.request))
