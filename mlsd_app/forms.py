from __future__ import annotations

from typing import Any

from django.forms import BoundField, CheckboxInput, RadioSelect, Widget
from django.forms.renderers import TemplatesSetting


class StyledBoundField(BoundField):
    """A field whose box looks like every other box, unless its widget names a class of its own."""

    def build_widget_attrs(
        self, attrs: dict[str, Any], widget: Widget | None = None
    ) -> dict[str, Any]:
        widget = widget or self.field.widget
        built = super().build_widget_attrs(attrs, widget)
        if "class" not in widget.attrs and not isinstance(widget, CheckboxInput | RadioSelect):
            built["class"] = "input"
        return built


class FormRenderer(TemplatesSetting):
    """Renders every form with ``templates/django/forms``."""

    bound_field_class = StyledBoundField
