"""A line chart in a Word document as Word's own kind of chart: sharp at any size, in the reader's fonts, open to
change of its look. The figures stand in the chart itself, so it carries no workbook."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any
from xml.sax.saxutils import escape  # nosec B406

from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import parse_xml
from docx.shared import Mm

from jincheng_insurance.web.paper import Chart

RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/chart"
CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.drawingml.chart+xml"
DRAWING = "http://schemas.openxmlformats.org/drawingml/2006"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
WIDTH, HEIGHT = Mm(158), Mm(72)
LINES = ("1C4E9D", "0B7A6F", "7A2FC0", "B0246E", "4D5A6B", "0878A4")
BOUND = {"warn": "B26A00", "high": "C4400B", "over": "A5122A"}
PLAIN = "4D5A6B"
POINT = 12700  # English metric units


def add_line_chart(document: Any, chart: Chart) -> None:
    """Add a chart as a paragraph of its own."""
    package = document.part.package
    name = package.next_partname("/word/charts/chart%d.xml")
    part = Part(PackURI(name), CONTENT_TYPE, chart_xml(chart).encode(), package)
    frame = _frame(document.part.relate_to(part, RELATION), document.part.next_id, chart.heading)
    document.add_paragraph().add_run()._r.append(parse_xml(frame))


def chart_xml(chart: Chart) -> str:
    """The chart's own part: a line for each series with marks at its points, a dashed one for each bound."""
    points = len(chart.labels)
    lines = [
        _series(place, name, chart.labels, values, LINES[place % len(LINES)])
        for place, (name, values) in enumerate(chart.series)
    ]
    lines += [
        _series(
            len(lines) + place,
            bound.label,
            chart.labels,
            (bound.value,) * points,
            BOUND.get(bound.tone, PLAIN),
            dashed=True,
        )
        for place, bound in enumerate(chart.bounds)
    ]
    return (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
        f'<c:chartSpace xmlns:c="{DRAWING}/chart" xmlns:a="{DRAWING}/main" xmlns:r="{OFFICE}">'
        '<c:roundedCorners val="0"/><c:chart><c:autoTitleDeleted val="1"/><c:plotArea><c:layout/>'
        f'<c:lineChart><c:grouping val="standard"/><c:varyColors val="0"/>{"".join(lines)}'
        '<c:marker val="1"/><c:axId val="1"/><c:axId val="2"/></c:lineChart>'
        f"{_axis('catAx', 1, 2, 'b')}{_axis('valAx', 2, 1, 'l', unit=chart.unit)}"
        '</c:plotArea><c:legend><c:legendPos val="b"/><c:overlay val="0"/></c:legend>'
        '<c:plotVisOnly val="1"/><c:dispBlanksAs val="gap"/></c:chart></c:chartSpace>'
    )


def _series(
    place: int,
    name: str,
    labels: Sequence[str],
    values: Sequence[Decimal | None],
    colour: str,
    *,
    dashed: bool = False,
) -> str:
    width, dash = (POINT, '<a:prstDash val="dash"/>') if dashed else (POINT * 9 // 4, "")
    fill = f'<a:solidFill><a:srgbClr val="{colour}"/></a:solidFill>'
    mark = (
        '<c:marker><c:symbol val="none"/></c:marker>'
        if dashed
        else f'<c:marker><c:symbol val="circle"/><c:size val="5"/><c:spPr>{fill}</c:spPr></c:marker>'
    )
    written = "".join(
        f'<c:pt idx="{at}"><c:v>{value}</c:v></c:pt>' for at, value in enumerate(values) if value is not None
    )
    return (
        f'<c:ser><c:idx val="{place}"/><c:order val="{place}"/><c:tx><c:v>{escape(name)}</c:v></c:tx>'
        f'<c:spPr><a:ln w="{width}">{fill}{dash}</a:ln></c:spPr>{mark}'
        f'<c:cat><c:strLit><c:ptCount val="{len(labels)}"/>'
        + "".join(f'<c:pt idx="{at}"><c:v>{escape(label)}</c:v></c:pt>' for at, label in enumerate(labels))
        + f'</c:strLit></c:cat><c:val><c:numLit><c:formatCode>0.00</c:formatCode><c:ptCount val="{len(values)}"/>'
        f'{written}</c:numLit></c:val><c:smooth val="0"/></c:ser>'
    )


def _axis(kind: str, own: int, other: int, side: str, *, unit: str = "") -> str:
    values = kind == "valAx"
    line = '<a:ln w="9525"><a:solidFill><a:srgbClr val="{}"/></a:solidFill></a:ln>'
    grid = f"<c:majorGridlines><c:spPr>{line.format('E1E6EE')}</c:spPr></c:majorGridlines>" if values else ""
    form = f'<c:numFmt formatCode="0&quot;{escape(unit)}&quot;" sourceLinked="0"/>' if values else ""
    low = '<c:min val="0"/>' if values else ""
    return (
        f'<c:{kind}><c:axId val="{own}"/><c:scaling><c:orientation val="minMax"/>{low}</c:scaling>'
        f'<c:delete val="0"/><c:axPos val="{side}"/>{grid}{form}<c:majorTickMark val="none"/>'
        f'<c:minorTickMark val="none"/><c:tickLblPos val="nextTo"/><c:spPr>{line.format("9AA5B4")}</c:spPr>'
        f'<c:crossAx val="{other}"/><c:crosses val="autoZero"/></c:{kind}>'
    )


def _frame(relation: str, number: int, name: str) -> str:
    """Where the chart stands in the text."""
    return (
        f'<w:drawing xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
        f' xmlns:wp="{DRAWING}/wordprocessingDrawing" xmlns:a="{DRAWING}/main" xmlns:c="{DRAWING}/chart"'
        f' xmlns:r="{OFFICE}"><wp:inline distT="0" distB="0" distL="0" distR="0">'
        f'<wp:extent cx="{WIDTH}" cy="{HEIGHT}"/><wp:docPr id="{number}" name="{escape(name)}" descr="{escape(name)}"/>'
        f'<a:graphic><a:graphicData uri="{DRAWING}/chart"><c:chart r:id="{relation}"/></a:graphicData></a:graphic>'
        "</wp:inline></w:drawing>"
    )
