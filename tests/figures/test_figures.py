from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings

from mlsd_app import figures
from mlsd_app.calculators.latency import path_p99_ms
from mlsd_app.figures import NARROW, PRINT, PRINT_WIDTH, SCREEN, WIDE, Palette
from mlsd_app.figures.amounts import duration, number
from mlsd_app.figures.canvas import TITLE_LIMIT
from mlsd_app.figures.chain import change
from mlsd_app.figures.lettering import Face, clipped, measure, wrapped
from mlsd_app.figures.path import path_milliseconds, steps
from mlsd_app.interchange import read
from mlsd_app.stages.design import AllAnswers, Design
from tests.strategies import answers

Figure = Callable[..., str]
ALL: list[Figure] = [
    figures.blueprint,
    figures.funnel,
    figures.latency_budget,
    figures.metric_chain,
    figures.pipeline,
    figures.rollout,
    figures.split_timeline,
]
WIDTHS = (NARROW, WIDE, PRINT_WIDTH)
A4_ROOM = 580.0  # points under the title of a page, without the caption
LETTER_ROOM = 550.0
FACES = {"mono": Face.MONO, "sans": Face.SANS, "bold": Face.BOLD}
SVG = "{http://www.w3.org/2000/svg}"

every_figure = pytest.mark.parametrize("draw", ALL, ids=lambda draw: draw.__name__)


def worked(name: str) -> Design:
    path = Path(__file__).parents[2] / "fixtures" / f"{name}.yaml"
    return Design.of(read(path.read_text(), name=path.name).answers)


@pytest.fixture(scope="module")
def video() -> Design:
    return worked("video")


def design(**stages: dict[str, Any]) -> Design:
    """A design whose tables have rows without names; they get some."""
    for answers_of_stage in stages.values():
        for value in answers_of_stage.values():
            if isinstance(value, list) and value and isinstance(value[0], dict):
                for index, row in enumerate(value):
                    row.setdefault("row", f"r{index}")
    return Design.of(stages)


def parsed(svg: str) -> ET.Element:
    return ET.fromstring(svg)  # noqa: S314  # drawn by us, a line above


def texts(svg: str) -> list[str]:
    return [element.text or "" for element in parsed(svg).iter(f"{SVG}text")]


def title(svg: str) -> str:
    return parsed(svg).findtext(f"{SVG}title") or ""


def size(svg: str) -> tuple[float, float]:
    _, _, width, height = parsed(svg).attrib["viewBox"].split()
    return float(width), float(height)


# -- what holds for every figure


@every_figure
def test_nothing_is_drawn_of_an_empty_design(draw: Figure) -> None:
    assert draw(Design()) == ""


@every_figure
@pytest.mark.parametrize("width", WIDTHS)
def test_a_worked_design_is_drawn_in_any_width(draw: Figure, width: float) -> None:
    drawn = {name: draw(worked(name), width=width) for name in ("video", "fraud")}
    if draw is figures.blueprint:  # both are written as Mermaid diagrams
        assert set(drawn.values()) == {""}
        return
    assert drawn["video"]
    for svg in filter(None, drawn.values()):
        assert size(svg)[0] == pytest.approx(width, abs=0.01)


@every_figure
@pytest.mark.parametrize("palette", [SCREEN, PRINT], ids=["screen", "print"])
def test_only_attributes_that_the_policy_allows(
    draw: Figure, palette: Palette, video: Design
) -> None:
    svg = draw(video, palette) or draw(chained("a -> b -> c"), palette)
    root = parsed(svg)
    assert root.attrib["role"] == "img"
    known = {f"{SVG}{tag}" for tag in ("line", "path", "polygon", "polyline", "rect", "text")}
    for element in root.iter():
        assert element.tag in known | {f"{SVG}svg", f"{SVG}title"}
        assert not {"style", "class", "onclick", "href"} & element.attrib.keys()
        for name in ("fill", "stroke"):
            colour = element.attrib.get(name, "none")
            shape = r"none|#[0-9a-f]{6}" if palette is PRINT else r"none|var\(--[a-z0-9-]+\)"
            assert re.fullmatch(shape, colour)


@every_figure
def test_the_text_alternative_is_named_and_ids_start_with_the_prefix(
    draw: Figure, video: Design
) -> None:
    given_design = video if draw is not figures.blueprint else chained("a -> b -> c")
    root = parsed(draw(given_design, prefix="one"))
    ids = [element.attrib["id"] for element in root.iter() if "id" in element.attrib]
    assert ids == ["one-title"]
    assert root.attrib["aria-labelledby"] == "one-title"
    assert len(root.findtext(f"{SVG}title") or "") > 20


@every_figure
@given(stages=answers())
@settings(max_examples=25)
def test_no_answers_are_too_absurd(draw: Figure, stages: AllAnswers) -> None:
    for width in (NARROW, PRINT_WIDTH):
        svg = draw(Design.of(stages), PRINT, width=width)
        if svg:
            stays_on_the_canvas(svg)


@every_figure
@pytest.mark.parametrize("rows", [1, 13, 40, 400])
def test_many_rows_with_long_names_stay_on_the_canvas(draw: Figure, rows: int) -> None:
    for width in WIDTHS:
        for svg in filter(None, [draw(crowded(rows), PRINT, width=width)]):
            stays_on_the_canvas(svg)
            assert len(title(svg)) <= TITLE_LIMIT


def crowded(rows: int) -> Design:
    name = "x" * 200
    return design(
        framing={"latency_slo_ms": 100, "business_kpi": name, "blueprint": "a -> b -> c"},
        metrics={
            "rows": [
                {"id": f"{name}{i}", "name": name, "kind": "offline", "proxy_for": f"{name}{i + 1}"}
                for i in range(rows)
            ]
        },
        data={
            "sources": [{"id": f"{name}{i}", "kind": "stream"} for i in range(rows)],
            "training_window_days": 30,
            "split.kind": "time",
            "split.val_days": 1e-4,
            "split.test_days": 1e9,
        },
        features={
            "rows": [
                {"id": f"{i}", "entity": f"{name}{i % 9}", "sources": [f"{name}{i}"]}
                for i in range(rows)
            ]
        },
        serving={
            "components": [
                {"id": f"{i}{name}", "p99_ms": 10.0 ** (i % 7), "model": "m"} for i in range(rows)
            ],
            "funnel": [
                {"stage": name, "component": name, "items_in": 1e12, "items_out": 10**12 / (i + 1)}
                for i in range(rows)
            ],
        },
        monitoring={
            "monitors": [{"id": f"{name}{i}", "action_kind": "page"} for i in range(rows)],
            "rollout": [
                {"step": name, "traffic_pct": i * 100 / rows, "duration_h": 1 + i}
                for i in range(rows)
            ],
        },
    )


def stays_on_the_canvas(svg: str) -> None:
    width, height = size(svg)
    for x, y, reach in extents(svg):
        assert -1 <= x <= width + 1
        assert x + reach <= width + 1
        assert -1 <= y <= height + 1


def extents(svg: str) -> Iterator[tuple[float, float, float]]:
    """Left, base line or top, and width of everything written or boxed."""
    for element in parsed(svg).iter():
        get = element.attrib.get
        if element.tag == f"{SVG}text" and "transform" not in element.attrib:
            face = Face.MONO if "JetBrains" in get("font-family", "") else Face.SANS
            face = Face.BOLD if get("font-weight") else face
            wide = measure(element.text or "", float(get("font-size", "0")), face)
            shift = {"start": 0, "middle": 0.5, "end": 1}[get("text-anchor", "start")]
            yield float(get("x", "0")) - shift * wide, float(get("y", "0")), wide
        if element.tag == f"{SVG}rect":
            assert float(get("height", "0")) >= 0
            yield float(get("x", "0")), float(get("y", "0")), float(get("width", "0"))


# -- the pipeline


@pytest.mark.parametrize("rows", [3, 14, 40])
def test_the_pipeline_fits_on_a_page(rows: int) -> None:
    _, height = size(figures.pipeline(crowded(rows), PRINT, width=PRINT_WIDTH))
    assert height <= LETTER_ROOM < A4_ROOM


def test_many_features_are_merged_and_none_is_lost() -> None:
    rows = [{"id": f"f{i}", "entity": "user" if i % 2 else "item"} for i in range(40)]
    words = texts(figures.pipeline(design(features={"rows": rows})))
    assert "20 of user" in words
    assert "20 of item" in words


def test_monitors_beyond_the_box_are_counted() -> None:
    rows = [{"id": f"m{i}", "watches": "s"} for i in range(30)]
    svg = figures.pipeline(
        design(data={"sources": [{"id": "s"}]}, monitoring={"monitors": rows}), width=WIDE
    )
    assert "Sources (30)" in texts(svg)
    assert "21 more" in texts(svg)


def test_the_narrow_pipeline_counts(video: Design) -> None:
    words = texts(figures.pipeline(video, width=NARROW))
    for head, count in (("Sources", 7), ("Features", 8), ("Request path", 6), ("Monitors", 20)):
        assert words[words.index(head) + 1] == str(count)
    assert any("78" in word and "100" in word for word in words)


def test_the_title_tells_the_pipeline(video: Design) -> None:
    said = title(figures.pipeline(video))
    for part in ("7 sources", "8 features", "6 components", "20 monitors", "m_ndcg and m_ece"):
        assert part in said


def test_a_pipeline_of_one_row_says_what_is_missing() -> None:
    words = texts(figures.pipeline(design(features={"rows": [{"id": "hour"}]})))
    assert "hour" in words
    assert words.count("none yet") == 4  # sources, request path, labels, monitors


# -- the latency budget


def component(milliseconds: float, **more: Any) -> dict[str, Any]:
    return {"id": f"c{milliseconds:g}", "p99_ms": milliseconds, **more}


def path_of(*components: dict[str, Any]) -> float:
    return path_milliseconds(steps(design(serving={"components": list(components)})))


def test_parallel_components_count_once() -> None:
    assert path_of(component(5, group=1), component(7, group=2), component(9, group=2)) == 14


def test_what_the_request_can_do_without_does_not_count() -> None:
    assert path_of(component(5, critical=True), component(50, critical=False)) == 5


def test_the_path_is_the_one_that_the_checks_measure(video: Design) -> None:
    for design_read in (video, worked("fraud")):
        measured = path_p99_ms(design_read.serving.components)
        assert path_milliseconds(steps(design_read)) == measured


def test_what_is_not_marked_counts_only_while_nothing_is() -> None:
    assert path_of(component(5), component(7)) == 12
    assert path_of(component(5, critical=True), component(7)) == 5


def test_components_without_a_step_follow_each_other() -> None:
    assert path_of(component(5), component(7)) == 12


@pytest.mark.parametrize(("limit", "verdict"), [(10, "3\u202fms over"), (100, "87\u202fms")])
def test_the_budget_says_how_it_ends(limit: float, verdict: str) -> None:
    rows = [component(5), component(8)]
    over_or_under = design(
        framing={"latency_slo_ms": limit, "latency_percentile": "p99"},
        serving={"components": rows},
    )
    svg = figures.latency_budget(over_or_under, PRINT)
    assert verdict in title(svg)
    assert any(verdict in word for word in texts(svg))
    assert ("#8c1d18" in svg) == (limit < 13)


def test_a_budget_without_a_limit_is_drawn() -> None:
    svg = figures.latency_budget(design(serving={"components": [component(5)]}))
    assert "no limit is stated" in title(svg)


def test_components_without_a_time_draw_no_budget() -> None:
    assert figures.latency_budget(design(serving={"components": [{"id": "a"}]})) == ""


# -- the metric chain


def metric(name: str, **more: Any) -> dict[str, Any]:
    return {"id": name, "name": f"Metric {name}", "kind": "offline", **more}


def test_the_chain_is_followed_to_the_kpi(video: Design) -> None:
    said = title(figures.metric_chain(video))
    assert said.index("NDCG") < said.index("watch minutes") < said.index("Share of monthly users")


def test_a_chain_that_ends_early_says_so() -> None:
    svg = figures.metric_chain(design(metrics={"rows": [metric("a", proxy_for="gone")]}))
    assert "does not reach the KPI" in title(svg)
    assert "not yet" in texts(svg)


def test_a_chain_in_a_circle_ends() -> None:
    rows = [metric("a", proxy_for="b"), metric("b", proxy_for="a")]
    svg = figures.metric_chain(design(metrics={"rows": rows}))
    assert title(svg).count("Metric a") == 1


def test_a_long_chain_shows_its_ends() -> None:
    rows = [metric(f"m{i}", proxy_for=f"m{i + 1}") for i in range(9)]
    words = texts(figures.metric_chain(design(metrics={"rows": [*rows, metric("m9")]}), width=WIDE))
    assert "7 more" in words
    assert {"m0", "m1", "m9"} <= set(words)


def test_the_primary_offline_metric_starts_the_chain() -> None:
    rows = [metric("side"), metric("main", role="primary")]
    assert "Metric main" in title(figures.metric_chain(design(metrics={"rows": rows})))


# -- the others


def test_a_split_by_time_shows_its_gap(video: Design) -> None:
    assert texts(figures.split_timeline(video))[:4] == ["train", "30\u202fd", "gap", "1\u202fd"]


@pytest.mark.parametrize("kind", ["random", "group", ""])
def test_a_split_that_is_not_by_time_has_no_timeline(kind: str) -> None:
    data = {"split.kind": kind, "training_window_days": 30, "split.test_days": 3}
    assert figures.split_timeline(design(data=data)) == ""


def test_the_funnel_starts_with_the_catalogue() -> None:
    stated = design(
        framing={"catalogue_size": 2_000_000},
        serving={"funnel": [{"stage": "retrieval", "items_out": 300}]},
    )
    assert texts(figures.funnel(stated))[:2] == ["catalogue", "2\u202fM"]


def test_a_longer_bar_stands_for_more_items(video: Design) -> None:
    bars = [
        float(element.attrib["width"])
        for element in parsed(figures.funnel(video)).iter(f"{SVG}rect")
    ]
    assert bars == sorted(bars, reverse=True)
    assert bars[-1] > 5


def test_a_step_without_a_share_keeps_the_one_before() -> None:
    rows = [{"step": "canary", "traffic_pct": 5}, {"step": "wait"}]
    assert "wait 5\u202f%" in title(figures.rollout(design(monitoring={"rollout": rows})))


def chained(text: str) -> Design:
    return design(framing={"blueprint": text})


def test_a_chain_of_roles_is_drawn() -> None:
    svg = figures.blueprint(chained("data -> training → serving => labels"))
    assert texts(svg) == ["data", "training", "serving", "labels"]


@pytest.mark.parametrize(
    "text",
    [
        "data -> training",
        "Some prose.\n\nAnd a -> b -> c",
        "`a` -> b -> c",
        f"a -> {'b' * 61} -> c",
    ],
)
def test_a_blueprint_that_is_more_than_a_chain_stays_text(text: str) -> None:
    assert figures.blueprint(chained(text)) == ""


# -- words and numbers


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0, "0 s"), (86.4, "86.4 s"), (0.25, "250 ms"), (90, "90 s"), (3600, "1 h"),
        (86_400, "24 h"), (90_000, "25 h"), (172_800, "2 d"), (3_888_000, "45 d"),
        (-4, "\u22124 s"), (4000, "4000 s"),
    ],
)  # fmt: skip
def test_a_time_is_said_in_the_unit_people_use(seconds: float, said: str) -> None:
    assert duration(seconds) == said.replace(" ", "\u202f")


@pytest.mark.parametrize("value", [float("inf"), float("nan")])
def test_what_is_no_number_is_a_dash(value: float) -> None:
    assert number(value) == "\u2013"


def test_numbers_read_together_have_the_same_decimals() -> None:
    assert change(31, 31.5, "percent") == "31.0 → 31.5\u202f%"
    assert change(20_000, 1.5, "") == "20\u202f000 → 1.5"
    assert change(None, 1, "ms") == ""


def test_clipped_words_fit_and_say_so() -> None:
    for room in (0, 5, 20, 100):
        words = clipped("a_rather_long_identifier", 7, room, Face.MONO)
        assert words.endswith("…")
        assert measure(words, 7, Face.MONO) <= max(room, measure("…", 7, Face.MONO))
    assert clipped("short", 7, 100) == "short"


def test_wrapped_lines_keep_every_word_that_fits() -> None:
    lines = wrapped("one two three four", 7, 40, 3)
    assert " ".join(lines) == "one two three four"
    assert all(measure(line, 7) <= 40 for line in lines)
    assert wrapped("one two three four", 7, 40, 1)[0].endswith("…")
