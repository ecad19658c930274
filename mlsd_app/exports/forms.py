from __future__ import annotations

from django import forms

from mlsd_app.exports.document import Options
from mlsd_app.exports.models import PAPERS


class ExportForm(forms.Form):
    """How the PDF is set."""

    UNKNOWN_PAPER = "Choose A4 or US Letter."

    paper = forms.ChoiceField(
        label="Paper",
        choices=PAPERS,
        widget=forms.RadioSelect,
        error_messages={"required": UNKNOWN_PAPER, "invalid_choice": UNKNOWN_PAPER},
    )
    findings = forms.BooleanField(label="Add the open findings as an appendix", required=False)

    def options(self) -> Options:
        return Options(paper=self.cleaned_data["paper"], findings=self.cleaned_data["findings"])
