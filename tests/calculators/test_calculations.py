"""The calculations: what they say, that it is true, and that their verdicts are those of checks."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from fractions import Fraction
from typing import Any, cast

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from mlsd_app.calculators.calculations import CALCULATIONS, Calculation, Worked
from mlsd_app.checklist import CHECKS, Example, design_of
from mlsd_app.stages.addresses import Address
from mlsd_app.stages.design import STAGES, AllAnswers, Design
from mlsd_app.stages.fields import Kind
from tests.checklist.designs import WORKED, tangled, with_some_tangled, worked
from tests.checklist.test_reads import Recorder, designs
from tests.strategies import answers

EACH = pytest.mark.parametrize("calculation", CALCULATIONS.values(), ids=CALCULATIONS)
LIMITED = sorted(
    {
        (calculation.name, one.limit.check)
        for calculation in CALCULATIONS.values()
        for name in WORKED
        for one in calculation.of(worked(name))
        if one.limit and one.limit.check
    }
)
seeds = st.integers(0, 2**32)


def plain(text: str) -> str:
    return text.replace("\u202f", " ")


def only(name: str, design: Design) -> Worked:
    (found,) = CALCULATIONS[name].of(design)
    return found


# -- what they say


@pytest.mark.parametrize(
    ("name", "row", "says", "from_numbers", "held_against"),
    [
        ("framing.average_qps", "", "289.4/s", "25 M/day ÷ 86 400 s/day", "at most 1200/s"),
        (
            "metrics.units_per_arm",
            "",
            "364 500",
            "2 × (1.960 + 0.842)² × 12.8² ÷ (0.84 × 10 %)²",
            "at most 2 M",
        ),
        ("metrics.units_available_per_arm", "", "2 M", "40 M × 5 %", ""),
        (
            "data.training_rows",
            "",
            "193.2 M",
            "25 M/day × 1 × 365 d × (0.12 % + (100 % − 0.12 %) × 0.02)",
            "within a factor of 2 of 193 M",
        ),
        (
            "serving.path_p99",
            "",
            "45 ms",
            "4 ms + max(15 ms, 18 ms, 5 ms) + 8 ms + 5 ms + 10 ms",
            "at most 80 ms",
        ),
        ("serving.latency_headroom", "", "35 ms", "80 ms − 45 ms", "at least 8 ms"),
        (
            "serving.scoring_time",
            "scoring",
            "3 ms",
            "(1 ÷ 1, rounded up) × 3 ms ÷ 1",
            "at most 8 ms",
        ),
        (
            "serving.replicas_needed",
            "device_lookup",
            "1",
            "1200/s × 0.6 × 8 ms ÷ 1000 ÷ (16 × 0.6), rounded up",
            "at most 6",
        ),
        (
            "serving.replicas_after_zone_loss",
            "scoring",
            "4",
            "6 − 6 ÷ 3, rounded down",
            "at least 1",
        ),
        (
            "serving.cost_month",
            "",
            "40 000 USD",
            "(1200 + 6000 + 3600 + 900 + 2400 + 900 + 3000 + 22 000) USD",
            "at most 60 000 USD",
        ),
        (
            "monitoring.window_predictions",
            "m_f_amt",
            "2.497 M",
            "289/s × 86 400 s × 0.1",
            "at least 1000",
        ),
        (
            "monitoring.canary_events",
            "canary",
            "504",
            "12 M × 1 % × 24 h ÷ 24 h/day × 0.0042",
            "at least 100",
        ),
    ],
)
def test_a_worked_design_in_numbers(
    name: str, row: str, says: str, from_numbers: str, held_against: str
) -> None:
    calculation = CALCULATIONS[name]
    (found,) = (one for one in calculation.of(worked("fraud")) if one.row == row)
    assert found.value is not None
    assert plain(calculation.shown(found.value)) == says
    assert plain(found.filled) == from_numbers
    assert (found.missing, found.note) == ((), "")
    if found.limit is None:
        assert not held_against
    else:
        assert found.limit.value is not None
        shown = calculation.shown(found.limit.value)
        assert plain(f"{found.limit.relation} {shown}") == held_against
        assert found.limit.is_met is True


def test_availability_multiplies_what_has_no_fallback() -> None:
    found = only("serving.availability", design_of(dict(_failing("less-available-than-promised"))))
    assert plain(found.filled) == "99.9 % × 99.9 %"
    assert found.value == pytest.approx(99.8001)
    assert found.limit is not None
    assert found.limit.is_met is False
    assert [one.symbol for one in found.inputs] == ["features", "ranking"]


def test_fallbacks_alone_are_always_there() -> None:
    found = only("serving.availability", worked("fraud"))
    assert (found.value, found.filled, found.inputs) == (100, "", ())
    assert found.note.startswith("Every critical component has a fallback")
    assert found.limit is not None
    assert found.limit.is_met is True


def test_a_share_has_another_size_than_a_mean() -> None:
    plan: dict[str, Any] = {
        "metrics.ab.metric_type": "proportion",
        "metrics.ab.rate": 0.04,
        "metrics.ab.mde_relative_pct": 1,
        "metrics.ab.alpha": 0.05,
        "metrics.ab.power": 0.8,
        "metrics.ab.unit": "session",
        "metrics.ab.daily_units": 800_000,
        "metrics.ab.treatment_pct": 50,
        "metrics.ab.duration_days": 2,
    }
    size = only("metrics.units_per_arm", design_of(plan))
    assert plain(size.filled) == (
        "(1.960 + 0.842)² × (0.04 × (1 − 0.04) + 0.0404 × (1 − 0.0404)) ÷ (0.0404 − 0.04)²"
    )
    duration = only("metrics.shortest_duration", design_of(plan))
    assert plain(duration.filled) == "3.786 M ÷ (800 000 × 50 %)"
    assert duration.value == pytest.approx(9.46, abs=0.01)
    assert duration.limit is not None
    assert (duration.limit.is_met, duration.limit.check) == (False, "")


@pytest.mark.parametrize("unit", ["user", "region", "time"])
def test_units_that_come_back_have_no_shortest_duration(unit: str) -> None:
    found = only("metrics.shortest_duration", design_of({"metrics.ab.unit": unit}))
    assert found.value is None
    assert not found.missing
    assert "people come back" in found.note


def test_the_load_of_a_window_follows_from_the_requests_of_a_day() -> None:
    drift = {"id": "m_psi", "kind": "prediction_drift", "window_s": 7200}
    from_daily = only(
        "monitoring.window_predictions",
        design_of({"framing.daily_requests": 864_000, "monitoring.monitors": [drift]}),
    )
    assert plain(from_daily.filled) == "864 000/day ÷ 86 400 s/day × 7200 s × 1"
    assert from_daily.value == 72_000
    assert from_daily.inputs[-1].is_assumed
    unknown = only("monitoring.window_predictions", design_of({"monitoring.monitors": [drift]}))
    assert unknown.missing == ("framing.avg_qps",)
    assert plain(unknown.filled) == "average load × 7200 s × 1"


def test_other_monitors_and_steps_have_no_result() -> None:
    design = design_of(
        {
            "monitoring.monitors": [{"id": "m_cost", "kind": "cost", "window_s": 7200}],
            "monitoring.rollout": [{"step": "ramp", "kind": "ramp", "traffic_pct": 50}],
        }
    )
    assert CALCULATIONS["monitoring.window_predictions"].of(design) == ()
    assert CALCULATIONS["monitoring.canary_events"].of(design) == ()


@pytest.mark.parametrize(
    ("given_answers", "missing"),
    [
        ({}, ("serving.components",)),
        ({"serving.components": [{"id": "a"}]}, ("serving.components",)),
        (
            {"serving.components": [{"id": "a", "critical": True}]},
            ("serving.components/1.p99_ms",),
        ),
        (
            {
                "serving.components": [
                    {"id": "a", "critical": True, "p99_ms": 4},
                    {"id": "b", "critical": True},
                ]
            },
            ("serving.components/2.p99_ms",),
        ),
    ],
)
def test_a_path_says_which_times_it_lacks(given_answers: Example, missing: tuple[str]) -> None:
    assert only("serving.path_p99", design_of(given_answers)).missing == missing


def test_a_missing_input_stands_by_its_name() -> None:
    design = design_of({"serving.components": [{"id": "a", "service_ms": 8}]})
    found = only("serving.replicas_needed", design)
    assert found.value is None
    assert plain(found.filled) == (
        "peak load × 8 ms ÷ 1000 ÷ (calls in parallel × planned use), rounded up"
    )
    assert found.missing == (
        "framing.peak_qps",
        "serving.components/1.concurrency",
        "serving.components/1.utilisation",
    )


def test_items_come_from_the_funnel_unless_the_component_says_them() -> None:
    scoring: dict[str, Any] = {"id": "rank", "model": "m"}
    given_answers: dict[str, Any] = {
        "model.candidates": [{"id": "m", "batch_size": 100, "infer_ms": 5}],
        "serving.funnel": [{"stage": "ranking", "component": "rank", "items_in": 250}],
        "serving.components": [scoring],
    }
    from_funnel = only("serving.scoring_time", design_of(given_answers))
    assert (from_funnel.value, from_funnel.inputs[0].address) == (15, "serving.funnel/1.items_in")
    scoring["items"] = 90
    stated = only("serving.scoring_time", design_of(given_answers))
    assert (stated.value, stated.inputs[0].address) == (5, "serving.components/1.items")


def test_nothing_can_be_divided_by_zero() -> None:
    zero = {"id": "a", "service_ms": 8, "concurrency": 0, "utilisation": 0.6}
    found = only(
        "serving.replicas_needed",
        design_of({"framing.peak_qps": 100, "serving.components": [zero]}),
    )
    assert (found.value, found.missing) == (None, ())
    assert "no answer" in found.note


# -- that it is true

_QUANTITY = re.compile(
    r"(?P<number>\d+(?: \d{3})*(?:\.\d+)?)"
    r"(?: (?P<scale>M|bn|tn))?(?P<percent> %)?(?:/s|/day| s/day| h/day| ms| s| h| d| USD)?"
)
_SCALES = {None: 1.0, "M": 1e6, "bn": 1e9, "tn": 1e12}


def evaluated(formula: str) -> float:
    """The number that a formula with numbers stands for; units are left out, not converted."""

    def value(found: re.Match[str]) -> str:
        number = float(found["number"].replace(" ", "")) * _SCALES[found["scale"]]
        return repr(number / 100 if found["percent"] else number)

    code = _QUANTITY.sub(value, plain(formula).removesuffix(" USD"))
    code = re.sub(r"^(.*), rounded (up|down)$", r"(\1, rounded \2)", code)
    code = re.sub(r"\((.*?), rounded (up|down)\)", r"\2(\1)", code)
    for sign, python in (("×", "*"), ("÷", "/"), ("−", "-"), ("²", "**2")):
        code = code.replace(sign, python)
    assert re.fullmatch(r"[-+*/()., \de]*", re.sub("up|down|max", "", code))
    return float(eval(code, {"up": math.ceil, "down": math.floor, "max": max}))  # noqa: S307


@EACH
@pytest.mark.parametrize("name", WORKED)
def test_the_numbers_in_the_formula_give_the_result(calculation: Calculation, name: str) -> None:
    for found in calculation.of(worked(name)):
        if found.value is not None and found.filled:
            scale = 100 if calculation.unit.key == "%" else 1
            assert evaluated(found.filled) * scale == pytest.approx(found.value, rel=1e-3)


positive = st.integers(1, 10**6)
tenths = st.integers(1, 10_000).map(lambda count: count / 10)
shares = st.integers(1, 100).map(lambda count: count / 100)


def exactly(number: float) -> Fraction:
    return Fraction(str(number))


@st.composite
def components(draw: st.DrawFn) -> list[dict[str, Any]]:
    return [
        {
            "id": f"part {position}",
            "critical": draw(st.booleans()),
            "group": draw(st.one_of(st.none(), st.integers(0, 3))),
            "p99_ms": draw(tenths),
            "service_ms": draw(tenths),
            "concurrency": draw(st.integers(1, 64)),
            "utilisation": draw(shares),
            "replicas": draw(positive),
            "qps_multiplier": draw(st.one_of(st.none(), tenths)),
            "availability_pct": draw(st.sampled_from([99, 99.5, 99.9, 99.95, 100])),
            "fallback_kind": draw(st.sampled_from(["none", "", "cache"])),
            "cost_month": draw(positive),
        }
        for position in range(draw(st.integers(1, 5)))
    ]


@given(components(), positive, st.integers(1, 5), positive)
@settings(max_examples=100)
def test_serving_in_exact_fractions(
    rows: list[dict[str, Any]], peak: int, zones: int, other: int
) -> None:
    design = design_of(
        {
            "framing.peak_qps": peak,
            "serving.components": rows,
            "serving.zones": zones,
            "serving.other_cost_month": other,
        }
    )
    steps: dict[object, Fraction] = {}
    available = Fraction(100)
    for position, row in enumerate(rows):
        if row["critical"]:
            step = row["group"] if row["group"] is not None else f"alone {position}"
            steps[step] = max(steps.get(step, Fraction(0)), exactly(row["p99_ms"]))
            if row["fallback_kind"] != "cache":
                available *= exactly(row["availability_pct"]) / 100
    path = only("serving.path_p99", design).value
    assert path == (pytest.approx(float(sum(steps.values()))) if steps else None)
    assert only("serving.availability", design).value == pytest.approx(float(available))
    assert only("serving.cost_month", design).value == other + sum(
        row["cost_month"] for row in rows
    )

    needed = CALCULATIONS["serving.replicas_needed"].of(design)
    left = CALCULATIONS["serving.replicas_after_zone_loss"].of(design)
    for row, need, rest in zip(rows, needed, left, strict=True):
        calls = 1 if row["qps_multiplier"] is None else exactly(row["qps_multiplier"])
        busy = peak * calls * exactly(row["service_ms"]) / 1000
        assert need.value == math.ceil(busy / row["concurrency"] / exactly(row["utilisation"]))
        assert rest.value == row["replicas"] - math.ceil(Fraction(row["replicas"], zones))
        assert rest.limit is not None
        assert rest.limit.value == math.ceil(busy / row["concurrency"])


@given(positive, shares, st.integers(1, 400), shares, shares, positive, shares, positive)
@settings(max_examples=100)
def test_rows_windows_and_canaries_in_exact_fractions(
    daily: int,
    sample: float,
    days: int,
    positives: float,
    kept: float,
    window: int,
    traffic: float,
    hours: int,
) -> None:
    design = design_of(
        {
            "framing.daily_requests": daily,
            "data.labels": [{"id": "l", "examples_per_day": daily, "positive_rate_pct": positives}],
            "data.base_sample": sample,
            "data.training_window_days": days,
            "data.sampling_rate": kept,
            "metrics.ab.daily_units": daily,
            "monitoring.canary_base_rate": kept,
            "monitoring.monitors": [
                {"kind": "label_drift", "window_s": window, "sample_share": sample}
            ],
            "monitoring.rollout": [{"kind": "canary", "traffic_pct": traffic, "duration_h": hours}],
        }
    )
    share = exactly(positives) / 100
    rows = daily * exactly(sample) * days * (share + (1 - share) * exactly(kept))
    held = Fraction(daily, 86_400) * window * exactly(sample)
    events = daily * exactly(traffic) / 100 * Fraction(hours, 24) * exactly(kept)
    for name, expected in (
        ("framing.average_qps", Fraction(daily, 86_400)),
        ("data.training_rows", rows),
        ("monitoring.window_predictions", held),
        ("monitoring.canary_events", events),
    ):
        assert only(name, design).value == pytest.approx(float(expected))


# -- that it fits the rest


@EACH
def test_it_stands_where_its_numbers_are(calculation: Calculation) -> None:
    stage = STAGES[calculation.name.partition(".")[0]]
    assert calculation.beside.partition(".")[0] == stage.key
    assert calculation.beside.partition(".")[2] in {one.key for one in stage.questions}
    if calculation.table:
        columns = Address.parse(calculation.table).asked.columns
        target = columns[calculation.into] if calculation.into else None
    else:
        target = Address.parse(calculation.into).asked if calculation.into else None
    if target:
        assert (target.kind, target.unit) == (Kind.QUANTITY, calculation.unit)
    assert calculation.source
    assert "{" not in calculation.formula


@EACH
def test_it_reads_what_it_declares(calculation: Calculation) -> None:
    seen: set[str] = set()
    for design in designs():
        calculation.of(cast("Design", Recorder(design, "", seen)))
    assert seen == set(calculation.reads)


def rows_of(findings: Iterable[Any], check: str, *, by_row: bool) -> list[str]:
    return sorted(
        Address.parse(finding.address).row if by_row else ""
        for finding in findings
        if finding.check == check
    )


def unmet(calculation: Calculation, design: Design) -> list[str]:
    return sorted(
        found.row
        for found in calculation.of(design)
        if found.limit is not None and found.limit.is_met is False
    )


@pytest.mark.parametrize(("name", "check"), LIMITED)
@given(seeds)
@settings(max_examples=60)
def test_its_verdict_is_that_of_the_check(name: str, check: str, seed: int) -> None:
    calculation = CALCULATIONS[name]
    for design in (tangled(seed), *(with_some_tangled(one, seed) for one in WORKED)):
        found = rows_of(CHECKS[check].findings(design), check, by_row=bool(calculation.table))
        assert unmet(calculation, design) == found


@pytest.mark.parametrize(("name", "check"), LIMITED)
def test_its_verdict_is_that_of_the_examples(name: str, check: str) -> None:
    assert unmet(CALCULATIONS[name], design_of(CHECKS[check].failing))
    assert not unmet(CALCULATIONS[name], design_of(CHECKS[check].passing))


def assert_sound(calculation: Calculation, found: Worked) -> None:
    assert found.value is not None or found.missing or found.note
    assert found.value is None or not math.isnan(found.value)
    assert "{" not in found.filled
    if found.value is not None:
        assert "no number" not in calculation.shown(found.value)
    for one in found.inputs:
        assert str(Address.parse(one.address)) == one.address
        assert (one.value is None) == (one.address in found.missing) or one.is_assumed
        assert one.value is None or math.isfinite(one.value)
    for address in found.missing:
        assert str(Address.parse(address)) == address
    if found.limit is not None:
        assert (found.limit.is_met is None) == (found.value is None or found.limit.value is None)
        if found.limit.address:
            Address.parse(found.limit.address)


@given(answers())
@settings(max_examples=150)
def test_any_answers_are_calculated(given_answers: AllAnswers) -> None:
    design = Design.of(given_answers)
    for calculation in CALCULATIONS.values():
        for found in calculation.of(design):
            assert_sound(calculation, found)


@given(seeds, st.sampled_from(WORKED))
@example(seed=0, name="video")
@settings(max_examples=200)
def test_absurd_designs_are_calculated(seed: int, name: str) -> None:
    for design in (tangled(seed), with_some_tangled(name, seed)):
        for calculation in CALCULATIONS.values():
            for found in calculation.of(design):
                assert_sound(calculation, found)


def _failing(check: str) -> Example:
    return CHECKS[f"serving.{check}"].failing
