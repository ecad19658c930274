"""What other numbers would do, and how far one can move before something breaks."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mlsd_app.checklist import Finding, Severity, design_of, run, run_again
from mlsd_app.checklist import what_if as module
from mlsd_app.checklist.what_if import REACH, breaking_point, what_if
from mlsd_app.stages.addresses import Address, UnknownAddressError
from mlsd_app.stages.changing import answer_at, with_answers
from mlsd_app.stages.design import STAGES, Design
from mlsd_app.stages.fields import Kind
from tests.checklist.designs import WORKED, tangled, with_some_tangled, worked

PEAK = "framing.peak_qps"
SEVERE = {Severity.ERROR, Severity.WARNING}


def numbers_in(design: Design) -> list[str]:
    """The addresses of all quantities of fields and cells."""
    found = []
    for stage in STAGES.values():
        for key, field in stage.fields.items():
            place = f"{stage.key}.{key}"
            if field.kind is Kind.QUANTITY:
                found.append(place)
            for column in field.columns.values():
                if column.kind is Kind.QUANTITY:
                    rows = design.value(stage.key, key)
                    found += [f"{place}/{row.row}.{column.key}" for row in rows]
    return found


def fingerprints(findings: tuple[Finding, ...]) -> set[str]:
    return {finding.fingerprint for finding in findings}


# -- consequences


def test_twice_the_peak_overloads_a_worked_design() -> None:
    seen = what_if(worked("video"), {PEAK: 40_000})
    assert [(f.check, f.address) for f in seen.gained] == [
        ("serving.too-few-replicas", "serving.components/ann_retrieval.replicas"),
        ("serving.too-few-replicas", "serving.components/ranking.replicas"),
        ("serving.zone-loss-overloads", "serving.components/ranking.replicas"),
    ]
    assert seen.lost == ()
    assert {(m.calculation.name, m.row) for m in seen.moved} == {
        *(("serving.replicas_needed", row.row) for row in worked("video").serving.components),
        ("serving.replicas_after_zone_loss", "ranking"),
    }
    (ranking,) = (
        moved
        for moved in seen.moved
        if (moved.row, moved.calculation.name) == ("ranking", "serving.replicas_needed")
    )
    assert ranking.before is not None
    assert ranking.after is not None
    assert (ranking.before.value, ranking.after.value) == (109, 217)
    assert seen.design.framing.peak_qps == 40_000


def test_several_changes_can_make_up_for_each_other() -> None:
    replicas = {"serving.components/ann_retrieval.replicas": 60}
    seen = what_if(
        worked("video"), {PEAK: 40_000, "serving.components/ranking.replicas": 360, **replicas}
    )
    assert seen.gained == ()


def test_a_repair_is_lost() -> None:
    broken = with_answers(worked("video"), {PEAK: 40_000})
    assert len(what_if(broken, {PEAK: 20_000}).lost) == 3
    same = what_if(broken, {PEAK: 39_990})  # other numbers in the same findings
    assert (same.gained, same.lost) == ((), ())


def test_a_row_that_gets_its_kind_gets_a_result() -> None:
    design = design_of({"monitoring.monitors": [{"id": "m", "window_s": 60}]})
    (moved,) = what_if(design, {"monitoring.monitors/1.kind": "label_drift"}).moved
    assert (moved.before, moved.row) == (None, "1")
    assert moved.after is not None


@given(st.integers(0, 2**32), st.sampled_from(WORKED), st.data())
@settings(max_examples=60)
def test_consequences_are_the_difference_of_two_full_runs(
    seed: int, name: str, data: st.DataObject
) -> None:
    design = with_some_tangled(name, seed)
    address = data.draw(st.sampled_from(numbers_in(design)))
    value = data.draw(st.sampled_from([0, -1, 0.5, 100, 1e308, math.nan, math.inf, None]))
    seen = what_if(design, {address: value})
    before, after = run(design), run(with_answers(design, {address: value}))
    assert fingerprints(seen.gained) == fingerprints(after) - fingerprints(before)
    assert fingerprints(seen.lost) == fingerprints(before) - fingerprints(after)


def test_what_no_design_has_cannot_be_tried() -> None:
    for address in ("framing.speed", "serving.components/nobody.p99_ms", "serving.components"):
        with pytest.raises(UnknownAddressError):
            what_if(worked("video"), {address: 1})


# -- the breaking point


def test_a_peak_breaks_where_the_first_replicas_run_out() -> None:
    point = breaking_point(worked("video"), PEAK)
    assert point is not None
    assert point.value == 20_000
    assert point.rising is not None
    edge = 180 * 4 * 0.6 / 0.013  # requests a second that 180 replicas of ranking carry
    assert edge < point.rising.value < edge * 1.016
    assert [f.check for f in point.rising.findings] == ["serving.too-few-replicas"]
    assert point.falling is not None
    assert 6_944.4 / 1.016 < point.falling.value < 6_944.4  # the average
    assert [f.check for f in point.falling.findings] == ["framing.peak-below-average"]


def test_a_whole_number_breaks_at_the_very_next_one() -> None:
    design = design_of(
        {
            "framing.peak_qps": 1000,
            "serving.components": [
                {"id": "a", "service_ms": 10, "concurrency": 1, "utilisation": 0.5, "replicas": 90}
            ],
        }
    )
    point = breaking_point(design, "serving.components/1.replicas")
    assert point is not None
    assert point.falling is not None
    assert (point.falling.value, point.rising) == (19, None)


def test_an_availability_is_moved_by_what_it_lacks() -> None:
    design = design_of(
        {
            "framing.availability_slo_pct": 99.9,
            "serving.components": [
                {"id": "a", "critical": True, "availability_pct": 99.95, "replicas": 2}
            ],
        }
    )
    part = breaking_point(design, "serving.components/1.availability_pct")
    assert part is not None
    assert part.falling is not None
    assert part.falling.value == pytest.approx(99.8995, abs=1e-3)
    promise = breaking_point(design, "framing.availability_slo_pct")
    assert promise is not None
    assert promise.rising is not None
    assert promise.rising.value == pytest.approx(99.9502, abs=2e-4)
    assert promise.falling is None


@pytest.mark.parametrize("value", [None, 0, math.nan, math.inf])
def test_no_factor_moves_what_is_not_stated(value: float | None) -> None:
    assert breaking_point(with_answers(worked("video"), {PEAK: value}), PEAK) is None


@pytest.mark.parametrize(
    "address", ["framing.target_definition", "serving.components", "framing.speed"]
)
def test_only_numbers_are_moved(address: str) -> None:
    with pytest.raises(UnknownAddressError):
        breaking_point(worked("video"), address)


def test_what_matters_can_be_said() -> None:
    def is_of_serving(finding: Finding) -> bool:
        return finding.stage == "serving"

    point = breaking_point(worked("video"), PEAK, matters=is_of_serving)
    assert point is not None
    assert point.falling is None
    assert point.rising is not None


def test_it_takes_sixty_runs_at_most(monkeypatch: pytest.MonkeyPatch) -> None:
    runs = 0

    def counted(*given: object) -> tuple[Finding, ...]:
        nonlocal runs
        runs += 1
        return run_again(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(module, "run_again", counted)
    for address in numbers_in(worked("video"))[::10]:
        runs = 0
        breaking_point(worked("video"), address)
        assert runs <= 60


@pytest.mark.parametrize("name", WORKED)
def test_every_break_of_a_worked_design_is_one(name: str) -> None:
    """Just that is new there, it is severe, and the field takes the value."""
    design = worked(name)
    before = fingerprints(run(design))
    found = 0
    for address in numbers_in(design)[::4]:
        point = breaking_point(design, address)
        for broken in (point.rising, point.falling) if point else ():
            if broken is None:
                continue
            found += 1
            assert point is not None
            full = run(with_answers(design, {address: broken.value}))
            new = [f for f in full if f.fingerprint not in before and f.severity in SEVERE]
            assert {f.fingerprint for f in broken.findings} == {f.fingerprint for f in new}
            severities = [f.severity for f in broken.findings]
            assert severities == sorted(severities, key=list(Severity).index)
            factor = broken.value / point.value
            asked = Address.parse(address).asked
            if "availability" not in asked.key:
                assert 1 / REACH / 1.02 <= factor <= REACH * 1.02
            assert asked.low is None or broken.value >= asked.low
            assert asked.high is None or broken.value <= asked.high
    assert found > 5


@given(st.integers(0, 2**32), st.data())
@settings(max_examples=40)
def test_absurd_designs_have_breaking_points_too(seed: int, data: st.DataObject) -> None:
    design = tangled(seed)
    places = numbers_in(design)
    address = data.draw(st.sampled_from(places))
    point = breaking_point(design, address)
    stated = answer_at(design, address)
    is_number = stated is not None and stated != 0 and abs(stated) <= 1.7976931348623157e308
    assert (point is not None) == is_number
    for broken in (point.rising, point.falling) if point else ():
        assert broken is None or (broken.findings and math.isfinite(broken.value))
