"""The charts say what the figures say, keep their names apart, and hold nothing that trips markup or CSP."""

from collections.abc import Sequence
from decimal import Decimal
from itertools import combinations, pairwise
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jincheng_insurance.web.charts import (
    Bar,
    Series,
    Stack,
    Step,
    Threshold,
    Tile,
    TileGroup,
    as_percent,
    bar_chart,
    line_chart,
    stack_chart,
    tile_chart,
    waterfall_chart,
)
from jincheng_insurance.web.charts.parts import spread, ticks

SVG = "{http://www.w3.org/2000/svg}"
BOUNDS = (
    Threshold(Decimal(80), "report 80%", "warn"),
    Threshold(Decimal(100), "inquiry 100%", "high"),
    Threshold(Decimal(120), "government 120%", "over"),
)


def line(*rows: tuple[str, Sequence[int | None]], labels: list[str] | None = None) -> ElementTree.Element:
    series = [Series(name, [None if v is None else Decimal(v) for v in values]) for name, values in rows]
    names = labels or [str(month) for month in range(1, (len(rows[0][1]) if rows else 0) + 1)]
    drawn = line_chart(title="Loss ratios", series=series, labels=names, thresholds=BOUNDS, unit="%")
    return ElementTree.fromstring(drawn)


def bars(*rows: Bar) -> ElementTree.Element:
    return ElementTree.fromstring(bar_chart(title="Today", bars=rows, thresholds=BOUNDS, unit="%"))


def texts(svg: ElementTree.Element) -> list[str]:
    return [node.text or "" for node in svg.iter(f"{SVG}text")]


def lines_of(svg: ElementTree.Element) -> list[list[tuple[float, float]]]:
    """The points of the series' own lines."""
    return [
        [(float(x), float(y)) for x, y in (pair.split(",") for pair in node.attrib["points"].split())]
        for group in svg.findall(f"{SVG}g[@class='series']")
        for node in group.findall(f"{SVG}polyline")
    ]


def place_of(svg: ElementTree.Element, label: str, coordinate: str) -> float:
    return next(float(node.attrib[coordinate]) for node in svg.iter(f"{SVG}text") if node.text == label)


def test_a_higher_value_stands_higher() -> None:
    low, middle, high = lines_of(line(("a", [10, 50, 90])))[0]
    assert low[0] < middle[0] < high[0]
    assert low[1] > middle[1] > high[1]
    assert middle[1] == pytest.approx((low[1] + high[1]) / 2, abs=0.1)


def test_none_is_a_gap_and_not_a_zero() -> None:
    svg = line(("a", [10, 20, None, 30, 40]))
    assert [len(points) for points in lines_of(svg)] == [2, 2]
    assert len(svg.findall(f".//{SVG}g[@class='series']/{SVG}g")) == 4


def test_a_value_between_two_gaps_keeps_its_marker() -> None:
    svg = line(("a", [None, 20, None]))
    assert lines_of(svg) == []
    assert len(svg.findall(f".//{SVG}g[@class='series']/{SVG}g")) == 1


def test_a_series_without_values_is_named_all_the_same() -> None:
    assert "b" in texts(line(("a", [10, 20]), ("b", [None, None])))


def test_every_series_has_its_own_marker() -> None:
    svg = line(*((name, [10 * turn]) for turn, name in enumerate("abcdef", 1)))
    shapes = set()
    for group in svg.findall(f"{SVG}g[@class='series']"):
        shape = group.findall(f"{SVG}g/*")[1]
        tail = (
            shape.attrib.get("d", "").split("l", 1)[-1]
            if shape.tag.endswith("path")
            else shape.attrib["fill"] == "#fff"
        )
        shapes.add((shape.tag, tail))
    assert len(shapes) == 6


def test_names_of_equal_lines_do_not_lie_on_each_other() -> None:
    svg = line(*((name, [80, 80]) for name in ("aa", "bb", "cc", "dd", "ee", "ff")))
    places = sorted(place_of(svg, f"{name} 80%", "y") for name in ("aa", "bb", "cc", "dd", "ee", "ff"))
    assert min(b - a for a, b in pairwise(places)) >= 18


def test_the_axis_ends_at_140_percent_and_grows_with_higher_values() -> None:
    assert "140%" in texts(line(("a", [10, 126])))
    assert "200%" in texts(line(("a", [10, 190])))
    assert "5,000%" in texts(line(("a", [10, 5000])))


def test_all_zero_lies_on_the_foot_of_the_axis() -> None:
    svg = line(("a", [0, 0]))
    assert {y for _x, y in lines_of(svg)[0]} == {place_of(svg, "0%", "y") - 4.5}


def test_one_point_and_no_point_are_drawn() -> None:
    assert "a 83%" in texts(line(("a", [83])))
    assert "140%" in texts(line())


def test_thresholds_are_drawn_and_named() -> None:
    svg = line(("a", [10, 20]))
    assert {bound.label for bound in BOUNDS} <= set(texts(svg))
    dashed = [node for node in svg.iter(f"{SVG}line") if "stroke-dasharray" in node.attrib]
    assert len(dashed) == 2


def test_values_and_labels_of_different_length_are_refused() -> None:
    with pytest.raises(ValueError, match="2 values for 3 labels"):
        line(("a", [1, 2]), labels=["1", "2", "3"])


def test_a_bar_is_as_long_as_its_value() -> None:
    svg = bars(Bar("a", Decimal(40), "40%"), Bar("b", Decimal(80), "80%"))
    short, long = (float(node.attrib["width"]) for node in svg.iter(f"{SVG}rect"))
    assert long == pytest.approx(2 * short, abs=0.2)


def test_a_bar_without_value_shows_its_words_and_no_bar() -> None:
    svg = bars(Bar("a", None, "not applicable"))
    assert "not applicable" in texts(svg)
    assert list(svg.iter(f"{SVG}rect")) == []


def test_bar_bounds_close_together_keep_their_labels_apart() -> None:
    svg = bars(Bar("a", Decimal(5000), "5000%", "above", "over"))
    places = sorted(place_of(svg, bound.label, "x") for bound in BOUNDS)
    assert min(b - a for a, b in pairwise(places)) > 60


@pytest.mark.parametrize("evil", ["<script>alert(1)</script>", 'a" onload="x', "A & B", "</svg>"])
def test_labels_are_escaped(evil: str) -> None:
    value = [Decimal(1)]
    drawn = line_chart(
        title=evil,
        description=evil,
        series=[Series(evil, value)],
        labels=[evil],
        thresholds=[Threshold(Decimal(1), evil)],
        unit="%",
    ) + bar_chart(title=evil, bars=[Bar(evil, Decimal(1), evil, evil)])
    tree = ElementTree.fromstring(f"<div>{drawn}</div>")
    allowed = {"svg", "title", "desc", "g", "line", "polyline", "rect", "circle", "path", "text", "div"}
    assert {node.tag.removeprefix(SVG) for node in tree.iter()} <= allowed
    assert not [
        name for node in tree.iter() for name in node.attrib if name.startswith("on") or name == "style"
    ]
    assert sum(node.text == evil for node in tree.iter()) >= 6


def test_the_picture_is_named_for_those_who_cannot_see_it() -> None:
    svg = line(("a", [1, 2]))
    assert svg.attrib["role"] == "img"
    assert svg.attrib["aria-label"] == svg[0].text == "Loss ratios"


def test_a_ratio_becomes_percent_and_none_stays_none() -> None:
    assert as_percent(Decimal("0.832")) == Decimal("83.200")
    assert as_percent(None) is None


@given(st.lists(st.floats(0, 300), max_size=12))
def test_spread_places_keep_order_distance_and_bounds(places: list[float]) -> None:
    moved = spread(places, 19, 0, 300)
    order = sorted(range(len(places)), key=lambda index: places[index])
    for a, b in pairwise(order):
        assert moved[b] - moved[a] >= 19 - 1e-6
    assert all(-1e-6 <= place <= 300 + 1e-6 for place in moved)


@given(st.lists(st.decimals(-1000, 10**9, places=2), max_size=12))
def test_ticks_hold_every_value_and_are_few(values: list[Decimal]) -> None:
    marks = ticks(values, ())
    assert marks[0] <= min([Decimal(0), *values])
    assert marks[-1] >= max([Decimal(0), *values])
    assert 2 <= len(marks) <= 11


def stacks(*rows: Stack, title: str = "Open", keys: Sequence[str] = ("young", "old")) -> ElementTree.Element:
    return ElementTree.fromstring(stack_chart(title=title, keys=keys, stacks=rows))


def parts_of(*values: int) -> list[tuple[Decimal, str]]:
    return [(Decimal(value), f"n{value}") for value in values]


def test_the_parts_of_a_stack_lie_end_to_end_as_long_as_their_values() -> None:
    svg = stacks(Stack("a", parts_of(30, 10), "40"), Stack("b", parts_of(0, 20), "20"))
    first, second = svg.findall(f"{SVG}g[@class='stack']")
    one, two = (node.attrib for node in first.findall(f"{SVG}rect"))
    assert float(one["width"]) == pytest.approx(3 * float(two["width"]), abs=0.2)
    assert float(one["x"]) + float(one["width"]) == pytest.approx(float(two["x"]), abs=0.2)
    (alone,) = (node.attrib for node in second.findall(f"{SVG}rect"))
    assert (alone["x"], float(alone["width"])) == (one["x"], pytest.approx(2 * float(two["width"]), abs=0.2))
    assert {"a", "b", "40", "20", "n30", "n10", "n20", "young", "old"} <= set(texts(svg))


def test_parts_are_told_apart_without_colour_and_no_two_charts_share_an_id() -> None:
    both = [stacks(Stack("a", parts_of(1, 2), "3"), title=title) for title in ("one", "other")]
    (first, second) = ([node.attrib["id"] for node in svg.iter(f"{SVG}pattern")] for svg in both)
    assert first
    assert not set(first) & set(second)
    fills = [node.attrib["fill"] for node in both[0].findall(f"{SVG}g[@class='stack']/{SVG}rect")]
    assert fills[0].startswith("#")
    assert fills[1] == f"url(#{first[0]})"


def test_a_stack_of_other_parts_than_the_keys_is_an_error() -> None:
    for wrong in (parts_of(1), parts_of(1, -1)):
        with pytest.raises(ValueError, match="a: "):
            stacks(Stack("a", wrong, ""))


def tiles(*values: int | None) -> ElementTree.Element:
    shown = [
        Tile(f"t{place}", None if value is None else Decimal(value), str(value))
        for place, value in enumerate(values)
    ]
    groups = [TileGroup("one", "x", shown), TileGroup("other", "y", shown[:1])]
    return ElementTree.fromstring(tile_chart(title="Map", groups=groups, columns=2))


def test_the_deepest_tile_is_the_largest_and_each_says_its_figure() -> None:
    svg = tiles(0, 50, 100, None)
    grounds = [node.attrib["fill"] for node in svg.iter(f"{SVG}rect")]
    assert len(set(grounds[:4])) == 4
    assert grounds[3] == "#ffffff"
    assert {"one", "x", "t0", "0", "50", "100", "None"} <= set(texts(svg))


@given(st.lists(st.integers(0, 999), min_size=1, max_size=40))
def test_no_tile_lies_on_another_or_outside(values: list[int]) -> None:
    svg = tiles(*values)
    width, height = (float(size) for size in svg.attrib["viewBox"].split()[2:])
    corners = [(float(node.attrib["x"]), float(node.attrib["y"])) for node in svg.iter(f"{SVG}rect")]
    wide = float(next(svg.iter(f"{SVG}rect")).attrib["width"])
    assert len(set(corners)) == len(values) + 1
    assert all(x + wide <= width + 0.2 and y + 42 <= height + 0.2 for x, y in corners)
    for (x, y), (other, below) in combinations(corners, 2):
        assert abs(x - other) >= wide or abs(y - below) >= 42


def test_charts_without_anything_to_show_are_drawn_all_the_same() -> None:
    for chart in (stack_chart(title="t", keys=["k"], stacks=[]), tile_chart(title="t", groups=[])):
        assert ElementTree.fromstring(chart).attrib["role"] == "img"


def test_a_step_of_a_sum_begins_where_the_one_before_it_ended() -> None:
    steps = [
        Step("billed", Decimal(1000), "total"),
        Step("paid by others", Decimal(400), "less"),
        Step("earlier", Decimal(200), "more"),
        Step("pays", Decimal(500), "result"),
    ]
    svg = ElementTree.fromstring(waterfall_chart(title="Sum", steps=steps, width=1000))
    bars = [(float(rect.attrib["x"]), float(rect.attrib["width"])) for rect in svg.iter(f"{SVG}rect")]
    assert bars == [(0, 1000), (600, 400), (600, 200), (0, 500)]
    assert texts(svg)[1::2] == ["1,000.00", "− 400.00", "+ 200.00", "= 500.00"]


def test_a_sum_of_nothing_is_drawn_too() -> None:
    steps = [Step("billed", Decimal(0), "total"), Step("less", Decimal(5), "less")]
    assert (
        len(list(ElementTree.fromstring(waterfall_chart(title="Sum", steps=steps)).iter(f"{SVG}rect"))) == 2
    )
