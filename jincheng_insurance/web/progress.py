"""How far a long job has come: what the page shows while it runs, and the answer to htmx asking again."""

from dataclasses import dataclass
from typing import Literal

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django_htmx.http import HttpResponseClientRefresh

State = Literal["waiting", "running", "finished", "failed"]


@dataclass(frozen=True)
class Progress:
    """One job: `done` of `total` rows; a total of 0 is not known yet. `late`: no worker has moved it for
    longer than it should take, so the page says that background work is late and nothing is lost."""

    state: State
    done: int = 0
    total: int = 0
    late: bool = False

    @property
    def running(self) -> bool:
        """Whether it's worth asking again."""
        return self.state in {"waiting", "running"}

    @property
    def share(self) -> int | None:
        """Whole percent done, never 100 before the end; None where the total is not known."""
        if self.state == "finished":
            return 100
        return min(99, self.done * 100 // self.total) if self.total > 0 else None


def progress_response(request: HttpRequest, progress: Progress, url: str) -> HttpResponse:
    """The answer to the partial asking `url` again: itself, or a reload of the page once the job is over."""
    if not progress.running:
        return HttpResponseClientRefresh()
    return render(request, "web/progress.html", {"progress": progress, "url": url})
