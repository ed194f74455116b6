"""Charts in Word documents: Word's own chart, whose figures stand in it; and the same block on a page."""

import io
import zipfile
from decimal import Decimal
from xml.etree import ElementTree

from docx import Document

from jincheng_insurance.web.charts import Threshold
from jincheng_insurance.web.paper import Chart, Paper, Text
from jincheng_insurance.web.word import write_word

C = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
CHART = Chart(
    labels=("1月", "2月", "3月"),
    series=(("赔付率 <简单>", (None, Decimal("58.20"), Decimal("104.02"))),),
    bounds=(Threshold(Decimal(80), "预警80%", "warn"), Threshold(Decimal(100), "持平100%", "high")),
    unit="%",
    heading="赔付率走势",
)


def chart_part(number: int = 1, *, charts: int = 1) -> ElementTree.Element:
    paper = Paper("报告", "报告", (Text(("正文",)), *[CHART] * charts))
    data = write_word(paper)
    assert Document(io.BytesIO(data)).paragraphs
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert f'PartName="/word/charts/chart{number}.xml"' in archive.read("[Content_Types].xml").decode()
        return ElementTree.fromstring(archive.read(f"word/charts/chart{number}.xml"))


def test_each_series_and_bound_is_a_line_with_its_own_figures() -> None:
    lines = list(chart_part().iter(f"{C}ser"))
    assert [line.findtext(f"{C}tx/{C}v") for line in lines] == ["赔付率 <简单>", "预警80%", "持平100%"]
    figures = [[point.findtext(f"{C}v") for point in line.iterfind(f".//{C}numLit/{C}pt")] for line in lines]
    assert figures == [["58.20", "104.02"], ["80"] * 3, ["100"] * 3]
    assert [label.findtext(f"{C}v") for label in lines[0].iterfind(f".//{C}strLit/{C}pt")] == [
        "1月",
        "2月",
        "3月",
    ]


def test_a_month_without_a_ratio_is_a_gap() -> None:
    points = chart_part().find(f".//{C}numLit")
    assert points is not None
    assert points.find(f"{C}ptCount").get("val") == "3"  # type: ignore[union-attr]
    assert [point.get("idx") for point in points.iterfind(f"{C}pt")] == ["1", "2"]


def test_a_second_chart_has_a_part_of_its_own() -> None:
    assert chart_part(2, charts=2).tag == f"{C}chartSpace"


def test_on_a_page_it_is_drawn() -> None:
    assert CHART.drawing.startswith("<svg")
    assert "持平100%" in CHART.drawing
