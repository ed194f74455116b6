"""Answers that are files: named, never guessed at by the browser, never kept by it or on the way."""

from django.http import HttpResponse
from django.utils.http import content_disposition_header

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# Nothing in a file that somebody sent may run, load or act in our name.
NOTHING_RUNS = "default-src 'none'; img-src 'self'; style-src 'unsafe-inline'; sandbox"


def download(data: bytes, *, name: str, content_type: str, inline: bool = False) -> HttpResponse:
    """A file as an answer: to be saved under `name`, or shown in the browser when `inline`."""
    return HttpResponse(
        data,
        content_type=content_type,
        headers={
            "Content-Disposition": content_disposition_header(not inline, name) or "attachment",
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "private, no-store",
            "Content-Security-Policy": NOTHING_RUNS,
        },
    )
