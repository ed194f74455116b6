"""No rule of the style sheet is for a class that nothing has."""

import re
from pathlib import Path

from django.conf import settings

ROOT = Path(settings.BASE_DIR)
ROOMS = ("jincheng_insurance", "enrollment", "premiums", "claims", "riskpool")
FROM_OTHERS = {"errorlist", "htmx-request"}  # Django's and htmx's own
CLASS = re.compile(r"\.([a-z][a-z-]*)")


def test_every_class_of_the_style_sheet_is_used() -> None:
    css = (ROOT / "static/css/app.css").read_text("utf-8")
    rules = re.sub(r"/\*.*?\*/|\{[^{}]*\}", " ", css, flags=re.DOTALL)
    paths = [*ROOT.glob("templates/**/*.html"), *ROOT.glob("static/js/*.js")]
    paths += [path for room in ROOMS for path in (ROOT / room).rglob("*.py")]
    words = set(re.findall(r"[a-z][a-z-]*", " ".join(path.read_text("utf-8") for path in paths)))
    classes = set(CLASS.findall(rules))
    assert len(classes) > 50
    assert classes - words - FROM_OTHERS == set()
