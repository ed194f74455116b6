"""Papers that people upload: PDF, JPG and PNG, known by what they hold and not by their name. Each is opened in a
throw-away process (`upload_checker.py`), so that no file, however hostile, takes memory or the process away."""

import json
import re
import subprocess
import sys
import unicodedata
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Literal

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from jincheng_insurance.access.refusals import Refused
from jincheng_insurance.web.downloads import DOCX

MEGABYTE = 1024 * 1024
MAX_FILE = 10 * MEGABYTE
MAX_WAIT_SECONDS = 30
MAX_NAME = 80
CHECKER = Path(__file__).with_name("upload_checker.py")
SUFFIXES = {"application/pdf": ".pdf", "image/jpeg": ".jpg", "image/png": ".png", DOCX: ".docx"}
LONG_NUMBER = re.compile(r"\d{11,}[Xx]?")

REFUSALS: dict[str, Promise] = {
    "empty": _("The file is empty. Choose it again, or save it anew first."),
    "too_large": _("The file is larger than 10 MB. Scan it at a lower resolution, or in several files."),
    "too_many_pixels": _("The picture has too many pixels. Save it smaller, at most 60 million pixels."),
    "too_small": _("The picture is too small to show anything. Photograph the paper again."),
    "damaged": _("The file is damaged or incomplete. Scan or save it again."),
    "locked": _("The PDF is locked by a password. Save it without one."),
    "active": _("The PDF holds a script, an attachment or a form that acts. Print it into a new PDF first."),
    "mixed": _("The file holds more than one kind of data. Scan the paper again as PDF, JPG or PNG."),
    "phone_format": _(
        "The phone saved this picture as HEIC. Set its camera to “most compatible” and send a JPG."
    ),
    "other_kind": _("The file is no PDF, JPG or PNG, whatever its name says. Scan or photograph the paper."),
    "no_report": _("The file is no Word document (.docx) and no PDF, whatever its name says."),
    "word_active": _(
        "The Word document holds macros, embedded files or links that load by themselves. Save it as PDF."
    ),
    "word_locked": _("The Word document is locked by a password or of the old kind. Save it as .docx."),
    "failed": _("The file could not be checked. Try again; if it fails once more, save it anew."),
}


@dataclass(frozen=True, slots=True)
class Upload:
    """A checked file: the bytes worth keeping and what they are."""

    data: bytes
    content_type: str


def check_upload(data: bytes, *, of: Literal["papers", "reports"] = "papers") -> Upload:
    """What an uploaded file holds; pictures come back drawn anew, without their hidden data. Refused with field
    `file` when it is no whole, harmless PDF, JPG or PNG of at most 10 MB; of `reports`, PDF or Word."""
    if len(data) > MAX_FILE:
        raise _refusal("too_large")
    try:
        done = subprocess.run(
            [sys.executable, "-I", str(CHECKER), of],
            input=data,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={"LC_ALL": "C.UTF-8"},
            timeout=MAX_WAIT_SECONDS,
            check=False,
            start_new_session=True,
        )
    except subprocess.TimeoutExpired as error:
        raise _refusal("failed") from error
    head, _newline, kept = done.stdout.partition(b"\n")
    try:
        verdict = json.loads(head)
    except ValueError as error:  # it died
        raise _refusal("failed") from error
    if "refused" in verdict:
        raise _refusal(verdict["refused"])
    return Upload(kept, verdict["type"])


def shown_name(name: str, content_type: str) -> str:
    """A file's name as pages show it: its last part without control or direction characters, long numbers blanked
    (R25), the ending that its content calls for.

    >>> shown_name("C:\\\\scans\\\\140524199001011234.exe", "application/pdf")
    '***.pdf'
    """
    last = PurePosixPath(unicodedata.normalize("NFC", name).replace("\\", "/")).name
    clean = "".join(one for one in last if unicodedata.category(one)[0] not in "CZ" or one == " ")
    stem = PurePosixPath(clean).stem if "." in clean else clean
    stem = LONG_NUMBER.sub("***", unicodedata.normalize("NFKC", stem)).strip(" .")[:MAX_NAME]
    return (stem or "file") + SUFFIXES[content_type]


def _refusal(code: str) -> Refused:
    return Refused(REFUSALS.get(code, REFUSALS["failed"]), field="file")
