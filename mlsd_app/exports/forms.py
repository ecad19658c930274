from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms

from mlsd_app.exports.document import Options
from mlsd_app.exports.models import PAPERS, TALKS
from mlsd_app.review.models import Round

UNKNOWN_PAPER = "Choose A4 or US Letter."
UNKNOWN_TALK = "Choose none, open or all threads of the conversation."
UNKNOWN_ROUND = "Choose one of the rounds listed, or everything that was said."


def _says(message: str) -> dict[str, str]:
    return {"required": message, "invalid_choice": message}


class PrintForm(forms.Form):
    """What every PDF asks."""

    paper = forms.ChoiceField(
        label="Paper",
        choices=PAPERS,
        widget=forms.RadioSelect,
        error_messages=_says(UNKNOWN_PAPER),
    )

    @property
    def problem(self) -> str:
        """The first thing to put right, for people."""
        return str(next(iter(self.errors.values()))[0]) if self.errors else ""


class ExportForm(PrintForm):
    """How the report is set. ``counts`` are the open threads and all of them."""

    findings = forms.BooleanField(label="Add the open findings as an appendix", required=False)
    talk = forms.ChoiceField(
        label="Conversation",
        choices=TALKS,
        required=False,
        widget=forms.RadioSelect,
        error_messages=_says(UNKNOWN_TALK),
    )

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        counts: tuple[int, int] = (0, 0),
        **more: Any,
    ) -> None:  # Any: what a form takes
        super().__init__(data, **more)
        open_count, count = counts
        talk = self.fields["talk"]
        assert isinstance(talk, forms.ChoiceField)  # noqa: S101  declared above
        talk.choices = [
            ("none", "None"),
            ("open", f"Open threads, {open_count}"),
            ("all", f"All threads, {count}"),
        ]

    def options(self) -> Options:
        given = self.cleaned_data
        return Options(
            paper=given["paper"], findings=given["findings"], talk=given["talk"] or "none"
        )


class ResponseForm(PrintForm):
    """Which round the letter answers."""

    round = forms.ChoiceField(
        label="It answers",
        required=False,
        widget=forms.Select(attrs={"class": "input"}),
        error_messages=_says(UNKNOWN_ROUND),
    )

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        rounds: Sequence[Round],
        **more: Any,  # what a form takes
    ) -> None:
        super().__init__(data, **more)
        asked = self.fields["round"]
        assert isinstance(asked, forms.ChoiceField)  # noqa: S101  declared above
        asked.choices = [
            *((str(one.pk), _called(one)) for one in rounds),
            ("", "Everything that was said"),
        ]

    def options(self) -> Options:
        given = self.cleaned_data
        return Options(paper=given["paper"], kind="response", round=given["round"])


def _called(one: Round) -> str:
    day = one.submitted_at
    when = f", {day.day} {day:%B %Y}" if day else ""
    return f"Round {one.number} of {one.mentor_name}{when}"
