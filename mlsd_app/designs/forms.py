from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.core.files.uploadedfile import UploadedFile

from mlsd_app.designs.models import Design
from mlsd_app.interchange import UnreadableError, Waiver, read
from mlsd_app.stages.design import STAGES, AllAnswers, Value

FILE_LIMIT = 1_000_000  # bytes; the worked examples have 25 000
PROBLEMS_SHOWN = 30


def choices_of(stage: str, field: str, *, empty: str) -> list[tuple[str, str]]:
    """The choices of a field of a stage, for a form that asks it before there is a design."""
    named = [("", empty)] if empty else []
    return [*named, *STAGES[stage].fields[field].choices.items()]


class NewDesignForm(forms.Form):
    """What a design is about and how it starts. Every answer can be changed later."""

    START: ClassVar[list[tuple[str, str]]] = [
        ("empty", "Empty"),
        ("example", "From a worked example"),
        ("file", "From a file"),
    ]
    # What the author says here, and where it is stored.
    PLACES: ClassVar[dict[str, tuple[str, str]]] = {
        "title": ("general", "title"),
        "category": ("framing", "category"),
        "mode": ("general", "mode"),
        "project_stage": ("general", "project_stage"),
        "target_level": ("general", "target_level"),
        "company_variant": ("general", "company_variant"),
    }

    title = forms.CharField(label="What is designed?", max_length=200, required=False, strip=True)
    start = forms.ChoiceField(
        label="How does it start?", choices=START, widget=forms.RadioSelect, initial="empty"
    )
    example = forms.ModelChoiceField(
        label="Worked example",
        queryset=Design.objects.none(),
        required=False,
        empty_label="Choose one",
    )
    file = forms.FileField(label="File", required=False, help_text="YAML or JSON, at most 1 MB.")
    mode = forms.ChoiceField(label="What is it for?", required=False, widget=forms.RadioSelect)
    category = forms.ChoiceField(label="Category", required=False)
    target_level = forms.ChoiceField(label="Target level", required=False)
    project_stage = forms.ChoiceField(label="How far is the project?", required=False)
    company_variant = forms.ChoiceField(label="Company", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # Any: what forms.Form takes
        super().__init__(*args, **kwargs)
        self.answers_read: AllAnswers = {}
        self.waivers: tuple[Waiver, ...] = ()
        for name, (stage, field) in self.PLACES.items():
            if name != "title":
                choice = self.fields[name]
                assert isinstance(choice, forms.ChoiceField)  # noqa: S101  declared above
                is_pills = isinstance(choice.widget, forms.RadioSelect)
                choice.choices = choices_of(stage, field, empty="" if is_pills else "Not said yet")
        example = self.fields["example"]
        assert isinstance(example, forms.ModelChoiceField)  # noqa: S101  declared above
        example.queryset = Design.objects.examples().order_by("title")

    def clean_file(self) -> UploadedFile[bytes] | None:
        file: UploadedFile[bytes] | None = self.cleaned_data["file"]
        if file is not None and (file.size or 0) > FILE_LIMIT:
            raise forms.ValidationError(
                f"The file has {(file.size or 0) / 1e6:.1f} MB. A design has at most 1 MB; "
                "choose another file."
            )
        return file

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        start = cleaned.get("start")
        if start == "example" and not cleaned.get("example") and "example" not in self.errors:
            self.add_error("example", "Choose the example to start from.")
        if start == "file" and "file" not in self.errors:
            self._read_file(cleaned.get("file"))
        if start == "empty" and not cleaned.get("title"):
            self.add_error("title", "Say in a few words what is designed.")
        return cleaned

    def _read_file(self, file: UploadedFile[bytes] | None) -> None:
        if file is None:
            self.add_error("file", "Choose the file to start from.")
            return
        try:
            reading = read(file.read().decode("utf-8-sig"), name=file.name or "")
        except UnicodeDecodeError:
            self.add_error("file", "The file is not text. Save it as UTF-8 and choose it again.")
        except UnreadableError as error:
            self.add_error("file", str(error))
        else:
            self.answers_read = reading.answers
            self.waivers = reading.waivers
            messages = [f"{one.address}: {one.message}" for one in reading.problems]
            for message in messages[:PROBLEMS_SHOWN]:
                self.add_error("file", message)
            if len(messages) > PROBLEMS_SHOWN:
                self.add_error("file", f"And {len(messages) - PROBLEMS_SHOWN} more like these.")

    def answers(self) -> AllAnswers:
        """The answers of the new design: those it starts from, with what was said here on top."""
        answers: dict[str, dict[str, Value]] = {
            stage: dict(fields) for stage, fields in self._start().items()
        }
        for name, (stage, field) in self.PLACES.items():
            if value := self.cleaned_data.get(name):
                answers.setdefault(stage, {})[field] = value
        return answers

    def _start(self) -> AllAnswers:
        if self.cleaned_data["start"] == "example":
            example: Design = self.cleaned_data["example"]
            return {stage: row.answers for stage, row in example.contents().items()}
        return self.answers_read
