"""Charts as files of their own: the SVG as it stands on the page, and a PNG of it that any program opens."""

from functools import cache

import resvg_py

from jincheng_insurance.web.charts.parts import FONTS

ZOOM = 2  # sharp on paper at the width of an A4 page
WHITE = "#ffffff"
PROBE = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 20 20" font-family="{}"><text y="16">{}</text></svg>'


class NoChineseFontError(Exception):
    """This machine has no font with Chinese characters, so a drawn PNG would show empty boxes."""


def svg_file(chart: str) -> bytes:
    """A chart as the bytes of an SVG file."""
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{chart}'.encode()


def png_file(chart: str) -> bytes:
    """A chart as the bytes of a PNG, twice its own size, on white. Raises NoChineseFontError."""
    if not has_chinese_font():
        raise NoChineseFontError
    return bytes(resvg_py.svg_to_bytes(svg_string=str(chart), background=WHITE, zoom=ZOOM))


@cache
def has_chinese_font() -> bool:
    """Whether text is drawn in Chinese here: two characters that look alike are both drawn as the same box, or not at
    all. Asked once for each process."""
    one, other = (bytes(resvg_py.svg_to_bytes(svg_string=PROBE.format(FONTS, sign))) for sign in "晋城")
    return one != other
