from __future__ import annotations

from django import forms


class Sample(forms.Form):
    title = forms.CharField(help_text="One line.")
    text = forms.CharField(widget=forms.Textarea(attrs={"class": "answer"}), required=False)
    agreed = forms.BooleanField(required=False, label="Agreed")


def test_a_field_is_tied_to_its_help_and_its_error() -> None:
    html = Sample({"title": ""}).render()
    assert '<label for="id_title">Title</label>' in html
    assert 'aria-describedby="id_title_helptext id_title_error"' in html
    assert 'aria-invalid="true"' in html
    assert '<p class="field__help" id="id_title_helptext">One line.</p>' in html
    assert '<div id="id_title_error">' in html
    assert "field__says--error" in html


def test_a_box_looks_like_the_others_unless_it_has_a_class_of_its_own() -> None:
    html = str(Sample())
    assert html.count('class="input"') == 1
    assert '<textarea name="text" cols="40" rows="10" class="answer"' in html


def test_a_checkbox_stands_inside_its_label() -> None:
    html = " ".join(str(Sample()).split())
    assert (
        '<label class="flag"><input type="checkbox" name="agreed" id="id_agreed"> Agreed</label>'
        in html
    )


def test_what_people_typed_is_escaped_in_errors() -> None:
    form = Sample({"title": "x"})
    form.add_error("title", "<script>alert(1)</script> is no title.")
    assert "<script>" not in form.render()
