"""A sum drawn step by step from top to bottom: what stands, what comes off, what is added, and what is left."""

from collections.abc import Sequence
from decimal import Decimal

from django.utils.safestring import SafeString

from jincheng_insurance.web.charts.parts import AXIS, INK, Scale, Step, drawing, element, joined, text
from jincheng_insurance.web.formats import yuan

ROW, THICK, TEXT_AT, BAR_AT, SIZE = 52, 18, 18, 26, 17
COLOURS = {"total": "#2f6bbf", "less": "#8590a2", "more": "#d69a22", "result": "#176b3a"}
SIGNS = {"total": "", "less": "− ", "more": "+ ", "result": "= "}


def waterfall_chart(
    *, title: str, steps: Sequence[Step], description: str = "", width: int = 700
) -> SafeString:
    """An SVG with a row for each step: its name and amount in yuan, the sign before it, and beneath a bar that begins
    where the step before it ended. A total or result stands from 0."""
    spans = _spans(steps)
    most = max((end for _start, end in spans), default=Decimal(0)) or Decimal(1)
    x = Scale(0, float(most), 0, width)
    rows = [
        _row(step, span, x, top, last=place == len(steps) - 1)
        for place, (step, span) in enumerate(zip(steps, spans, strict=True))
        for top in [ROW * place]
    ]
    return drawing(width, ROW * len(steps), title, description, rows)


def _spans(steps: Sequence[Step]) -> list[tuple[Decimal, Decimal]]:
    """From where to where each step's bar reaches, lower end first."""
    level = Decimal(0)
    spans = []
    for step in steps:
        before, level = level, _level_after(step, level)
        standing = step.kind in {"total", "result"}
        spans.append((Decimal(0), level) if standing else (min(before, level), max(before, level)))
    return spans


def _level_after(step: Step, level: Decimal) -> Decimal:
    if step.kind == "less":
        return max(Decimal(0), level - step.value)
    return level + step.value if step.kind == "more" else step.value


def _row(step: Step, span: tuple[Decimal, Decimal], x: Scale, top: float, *, last: bool) -> SafeString:
    amount = SIGNS[step.kind] + yuan(step.value)
    start, end = x.at(span[0]), x.at(span[1])
    bar = {"x": start, "y": top + BAR_AT, "width": max(end - start, 1.5), "height": THICK, "rx": 2}
    weight = "bold" if step.kind == "result" else "normal"
    parts = [
        text(step.label, 0, top + TEXT_AT, font_size=SIZE, font_weight=weight),
        text(amount, x.end, top + TEXT_AT, font_size=SIZE, font_weight="bold", text_anchor="end"),
        element("rect", element("title", f"{step.label} {amount}"), fill=COLOURS[step.kind], **bar),
    ]
    if not last:
        edge = start if step.kind == "less" else end
        line = {"x1": edge, "x2": edge, "y1": top + BAR_AT + THICK, "y2": top + ROW + BAR_AT}
        parts.append(element("line", stroke=AXIS, stroke_dasharray="3 3", **line))
    return element("g", joined(parts), fill=INK, class_="step")
