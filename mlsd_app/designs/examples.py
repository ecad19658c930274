"""The worked designs: loaded from files, read by everybody, copied and compared with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.db import transaction

from mlsd_app.designs.models import Design
from mlsd_app.designs.pages import QuestionView, StagePage
from mlsd_app.designs.reading import Answer, answer_of
from mlsd_app.designs.saving import create_design
from mlsd_app.interchange import read as read_file
from mlsd_app.stages.fields import Question, Stage

FOLDER = Path(settings.BASE_DIR) / "fixtures"
DEFAULT = "video"


def load_examples() -> list[Design]:
    """Store every design of ``fixtures/``, replacing the examples of the same name."""
    return [_load(path) for path in sorted(FOLDER.glob("*.yaml"))]


def _load(path: Path) -> Design:
    reading = read_file(path.read_text(encoding="utf-8"), name=path.name)
    if reading.problems:
        raise ValueError(f"{path.name}: {reading.problems[0].message}")
    with transaction.atomic():
        Design.objects.examples().filter(example=path.stem).delete()
        return create_design(None, reading.answers, example=path.stem)


def example_called(name: str) -> Design:
    """Raises ``Design.DoesNotExist``."""
    return Design.objects.examples().get(example=name)


@dataclass(frozen=True)
class StrongAnswer:
    """How a worked example answers one question."""

    example: Design
    question: QuestionView
    read: Answer


def strong_answer(design: Design, stage: Stage, question: Question) -> StrongAnswer | None:
    """The answer of the worked example nearest to ``design``: of its category, or else the default.

    ``None`` when no example is loaded.
    """
    examples = _nearest_first(design, list(Design.objects.examples()))
    for example in examples:
        page = StagePage.of(example, stage)
        read = answer_of(stage, question, page.state.snapshot)
        if read is not None:
            return StrongAnswer(example, page.question(question.key), read)
    return None


def _nearest_first(design: Design, examples: Sequence[Design]) -> list[Design]:
    category = design.overview.get("category")
    return sorted(
        examples,
        key=lambda one: (one.overview.get("category") != category, one.example != DEFAULT),
    )
