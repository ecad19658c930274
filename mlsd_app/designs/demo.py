"""The design on the landing page: a worked example, three of its numbers open, really checked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mlsd_app.checklist import run
from mlsd_app.designs.controls import Control, Controls
from mlsd_app.designs.editing import Refusal
from mlsd_app.designs.examples import DEFAULT, example_called
from mlsd_app.designs.models import Design
from mlsd_app.designs.verdicts import Verdict, verdicts
from mlsd_app.stages import values
from mlsd_app.stages.addresses import Address
from mlsd_app.stages.design import AllAnswers
from mlsd_app.stages.design import Design as Snapshot

OPEN = ("framing.peak_qps", "framing.latency_slo_ms", "data.split.gap_days")


@dataclass(frozen=True)
class Demo:
    """The example with the visitor's numbers in it, and what the checks say of that."""

    snapshot: Snapshot
    controls: Sequence[Control]
    findings: Sequence[Verdict]

    @classmethod
    def of(cls, given: Mapping[str, str]) -> Demo | None:
        """``None`` while no example is loaded. Numbers that cannot be read are said, not used."""
        try:
            example = example_called(DEFAULT)
        except Design.DoesNotExist:
            return None
        answers = {stage: dict(row.answers) for stage, row in example.contents().items()}
        refused = {}
        for address in map(Address.parse, OPEN):
            raw = given.get(str(address), "")
            if not raw:
                continue
            try:
                value = values.clean(address.asked, raw)
            except values.ValueRefusedError as error:
                refused[address] = Refusal(raw, str(error))
            else:
                answers[address.stage][address.field] = value
        snapshot = Snapshot.of(answers)
        found = [one for one in verdicts(run(snapshot), snapshot) if one.is_open]
        return cls(snapshot, _controls(answers, snapshot, refused), found)


def _controls(
    answers: AllAnswers, snapshot: Snapshot, refused: Mapping[Address, Refusal]
) -> Sequence[Control]:
    return [
        Controls(address.stage, answers[address.stage], {}, snapshot, (), refused).of_field(
            address.asked
        )
        for address in map(Address.parse, OPEN)
    ]
