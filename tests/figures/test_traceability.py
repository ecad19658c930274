from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import combinations
from typing import Any, cast
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings

from mlsd_app.checklist import CHECKS, design_of, run
from mlsd_app.figures import (
    CHAIN_WIDTH,
    PRINT,
    TALLEST_PRINTED,
    Step,
    Trace,
    trace,
    traceability,
)
from mlsd_app.figures.canvas import TITLE_LIMIT
from mlsd_app.figures.lettering import Face, measure
from mlsd_app.figures.traceability_drawing import TALLEST_COLUMN
from mlsd_app.figures.traceability_holes import HOLES
from mlsd_app.figures.traceability_layout import ABOUT, NAME, PAD, SAYS, Box, placed
from mlsd_app.stages.addresses import Address
from mlsd_app.stages.design import AllAnswers, Design, rows_at
from tests.checklist.designs import tangled, with_some_tangled, worked, worked_answers
from tests.strategies import answers

SVG = "{http://www.w3.org/2000/svg}"
SEEDS = range(120)


def traced(design: Design) -> Trace:
    return trace(design, run(design))


def changed(name: str, **tables: list[dict[str, Any]]) -> Design:
    """A worked design with other rows in ``stage__field``."""
    stages = {stage: dict(fields) for stage, fields in worked_answers(name).items()}
    for key, rows in tables.items():
        stage, _, field = key.partition("__")
        stages[stage][field] = rows
    return Design.of(stages)


def rows(name: str, stage: str, field: str = "rows") -> list[dict[str, Any]]:
    found = cast("list[dict[str, Any]]", worked_answers(name)[stage][field])
    return [dict(row) for row in found]


def crowded(count: int) -> Design:
    """The video design with ``count`` features and as many monitors, metrics and sources."""
    features, monitors = rows("video", "features"), rows("video", "monitoring", "monitors")
    return changed(
        "video",
        features__rows=[
            {**features[n % len(features)], "id": f"a_feature_with_a_long_name_{n}", "row": f"f{n}"}
            for n in range(count)
        ],
        monitoring__monitors=[
            {**monitors[n % len(monitors)], "id": f"m_{n}", "row": f"m{n}"} for n in range(count)
        ],
        metrics__rows=[
            {"id": f"metric_{n}", "row": f"q{n}", "kind": "online", "proxy_for": f"metric_{n + 1}"}
            for n in range(count)
        ],
        data__sources=[{"id": f"source_{n}", "row": f"s{n}"} for n in range(count)],
    )


def parsed(svg: str) -> ET.Element:
    return ET.fromstring(svg)  # noqa: S314  # drawn by us, a line above


# -- links


def assert_links_are_live(design: Design) -> None:
    chain = traced(design)
    nodes = {node.address for node in chain.nodes}
    for link in chain.links:
        for end in (link.left, link.right):
            assert end in nodes
            place = Address.parse(end)
            if place.row:
                assert place.row in {row.row for row in rows_at(design, str(place.table))}
    for hole in chain.holes:
        assert not hole.beside or hole.beside in nodes
        assert hole.says


@pytest.mark.parametrize("seed", SEEDS)
def test_every_link_joins_two_live_rows(seed: int) -> None:
    assert_links_are_live(tangled(seed))
    assert_links_are_live(with_some_tangled("fraud" if seed % 2 else "video", seed))


@given(stages=answers())
@settings(max_examples=25)
def test_no_answers_are_too_absurd(stages: AllAnswers) -> None:
    design = Design.of(stages)
    chain = traced(design)
    for palette, tallest in ((PRINT, TALLEST_PRINTED), (PRINT, TALLEST_COLUMN)):
        svg = traceability(chain, palette, tallest=tallest, href=lambda address: f"#{address}")
        assert not svg or parsed(svg) is not None


def test_references_become_links_in_words() -> None:
    chain = traced(worked("fraud"))
    by_name = {node.name: node for node in chain.nodes}
    for name, said in (
        ("recall_budget", "stands in for loss_card"),
        ("recall_budget", "is read on confirmed_fraud"),
        ("recall_budget", "is watched by m_recall"),
        ("confirmed_fraud", "comes from chargebacks"),
        ("merchant_fraud_rate_180d", "reads chargebacks and auth_stream"),
        ("merchant_fraud_rate_180d", "is made from confirmed_fraud"),
        ("device_age_days", "is read by device_lookup"),
        ("gbdt", "takes in 7 features"),
        ("gbdt", "is compared on recall_budget"),
        ("scoring", "runs gbdt"),
        ("m_score", "watches gbdt"),
    ):
        assert said in chain.sayings()[by_name[name].address]


def test_a_chain_leads_from_the_kpi_to_the_source() -> None:
    names = [[node.name for node in chain] for chain in traced(worked("fraud")).chains()]
    assert [
        "Fraud loss in basis points of card volume",
        "loss_card",
        "recall_budget",
        "pr_auc",
        "confirmed_fraud",
        "chargebacks",
    ] in names


def test_metrics_in_a_circle_end() -> None:
    loop = [
        {"row": "a", "id": "a", "kind": "offline", "proxy_for": "b"},
        {"row": "b", "id": "b", "kind": "offline", "proxy_for": "a"},
    ]
    chain = traced(changed("video", metrics__rows=loop))
    assert len(chain.of_step(Step.METRIC)) == 2
    assert traceability(chain)


# -- holes


def seen_by_checks(design: Design) -> set[tuple[str, str]]:
    return {(one.check, one.address) for one in run(design) if one.check in HOLES}


@pytest.mark.parametrize("seed", SEEDS)
def test_holes_are_what_the_checks_see(seed: int) -> None:
    for design in (tangled(seed), with_some_tangled("video" if seed % 2 else "fraud", seed)):
        drawn = [(check, one.address) for one in traced(design).holes for check in one.checks]
        assert set(drawn) == seen_by_checks(design)


@pytest.mark.parametrize("name", HOLES)
def test_each_check_makes_its_hole_and_no_other_design_does(name: str) -> None:
    failing, passing = (design_of(one) for one in (CHECKS[name].failing, CHECKS[name].passing))
    [finding, *_] = CHECKS[name].findings(failing)
    hole = next(one for one in traced(failing).holes if name in one.checks)
    assert (hole.address, hole.step) == (finding.address, HOLES[name][0])
    assert not any(name in one.checks for one in traced(passing).holes)


def test_a_complete_design_has_no_hole() -> None:
    assert traced(worked("fraud")).holes == ()


def test_a_metric_without_a_monitor_leaves_a_hole_among_the_monitors() -> None:
    monitors = [m for m in rows("fraud", "monitoring", "monitors") if m["id"] != "m_yield"]
    chain = traced(changed("fraud", monitoring__monitors=monitors))
    [hole] = chain.holes
    assert (hole.step, hole.address) == (Step.MONITOR, "monitoring.monitors")
    assert hole.checks == ("monitoring.online-metric-not-watched",)
    assert "yield" in hole.says
    assert next(node for node in chain.nodes if node.address == hole.beside).name == "yield"
    words = " ".join(text.text or "" for text in parsed(traceability(chain)).iter(f"{SVG}text"))
    assert "The online metric yield has no monitor." in words


@pytest.mark.parametrize(
    ("table", "row", "says", "step"),
    [
        ("data__sources", {"id": "diary"}, "Nothing reads diary", Step.FEATURE),
        (
            "data__labels",
            {"id": "mood", "source": "chargebacks"},
            "Nothing reads mood",
            Step.METRIC,
        ),
        ("features__rows", {"id": "age", "kind": "batch"}, "age names no source", Step.DATA),
    ],
)
def test_a_row_that_nothing_leads_to_is_a_hole(
    table: str, row: dict[str, Any], says: str, step: Step
) -> None:
    stage, _, field = table.partition("__")
    more = [*rows("fraud", stage, field), {"row": "new", **row}]
    holes = traced(changed("fraud", **{table: more})).holes
    assert any(says in hole.says and hole.step is step and not hole.checks for hole in holes)


# -- the drawing


def assert_boxes_are_apart(chain: Trace, tallest: float) -> None:
    layout = placed(chain, CHAIN_WIDTH, tallest)
    for one, other in combinations(layout.boxes, 2):
        assert (
            one.right <= other.x
            or other.right <= one.x
            or one.bottom <= other.y
            or other.bottom <= one.y
        )
    for box in layout.boxes:
        assert box.x >= 0
        assert box.right <= CHAIN_WIDTH
        assert box.right <= layout.lefts[box.step] + layout.wide + 0.01
        for written, size, face in written_in(box):
            assert measure(written, size, face) <= box.wide - 2 * PAD + 0.01


def written_in(box: Box) -> Iterator[tuple[str, float, Face]]:
    face = Face.MONO if box.is_code else Face.BOLD if box.is_group else Face.SANS
    for line in box.lines:
        yield (line, SAYS, Face.SANS) if box.is_hole and not box.is_group else (line, NAME, face)
    if box.about:
        yield box.about, ABOUT, Face.SANS


@pytest.mark.parametrize("tallest", [TALLEST_COLUMN, TALLEST_PRINTED])
@pytest.mark.parametrize("count", [1, 13, 40, 200])
def test_nothing_overlaps_and_nothing_is_lost(count: int, tallest: float) -> None:
    chain = traced(crowded(count))
    assert_boxes_are_apart(chain, tallest)
    layout = placed(chain, CHAIN_WIDTH, tallest)
    assert set(layout.by_address) == {node.address for node in chain.nodes}
    for step, boxes in layout.columns.items():
        assert boxes[-1].bottom <= 26 + tallest, step


@pytest.mark.parametrize("seed", SEEDS[:40])
def test_boxes_of_any_design_stand_apart(seed: int) -> None:
    assert_boxes_are_apart(traced(tangled(seed)), TALLEST_PRINTED)


def test_features_that_are_alike_are_drawn_as_one() -> None:
    svg = traceability(traced(crowded(40)), PRINT, tallest=TALLEST_PRINTED)
    words = [element.text or "" for element in parsed(svg).iter(f"{SVG}text")]
    counted = [
        int(m[1]) for word in words if (m := re.fullmatch(r"(\d+) (?:more )?features", word))
    ]
    assert 40 in counted  # the head of the column
    assert max(one for one in counted if one != 40) >= 5


def test_in_print_it_is_a_picture_without_links() -> None:
    root = parsed(traceability(traced(worked("video")), PRINT))
    assert root.attrib["role"] == "img"
    assert not list(root.iter(f"{SVG}a"))
    assert "var(" not in ET.tostring(root, encoding="unicode")


def test_on_a_page_every_box_is_a_link_with_a_name() -> None:
    chain = traced(worked("video"))
    root = parsed(traceability(chain, href=lambda address: f"#{address}"))
    links = list(root.iter(f"{SVG}a"))
    assert {link.attrib["href"] for link in links} >= {f"#{node.address}" for node in chain.nodes}
    assert all(link.attrib["aria-label"] for link in links)
    numbers = {link.attrib["data-node"] for link in links}
    for group in root.iter(f"{SVG}g"):
        assert {group.attrib["data-left"], group.attrib["data-right"]} <= numbers
    assert root.attrib["role"] == "group"
    for element in root.iter():
        assert not {"style", "onclick"} & element.attrib.keys()


def test_the_title_counts_and_names_what_is_missing() -> None:
    said = parsed(traceability(traced(worked("fraud")))).findtext(f"{SVG}title") or ""
    assert "9 metrics" in said
    assert "No link is missing." in said
    missing = changed("fraud", monitoring__monitors=[])
    said = parsed(traceability(traced(missing))).findtext(f"{SVG}title") or ""
    assert "Missing: " in said
    assert len(said) <= TITLE_LIMIT


def test_nothing_is_drawn_of_an_empty_design() -> None:
    assert traceability(trace(Design())) == ""
