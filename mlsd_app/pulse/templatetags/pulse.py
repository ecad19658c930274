from __future__ import annotations

from typing import Any

from django import template
from django.conf import settings
from django.template import Context

from mlsd_app.designs.models import Design

register = template.Library()


@register.inclusion_tag("pulse/_presence.html", takes_context=True)
def presence(context: Context, design: Design) -> dict[str, Any]:  # Any: what the template shows
    """Who else has the design open, and where the page asks for it."""
    request = context["request"]
    match = request.resolver_match
    return {
        "design": design,
        "stage": match.kwargs.get("stage_key", "") if match else "",
        "here": request.get_full_path(),
        "seconds": settings.PULSE_SECONDS,
    }
