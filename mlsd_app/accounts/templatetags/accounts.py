from __future__ import annotations

from pathlib import Path
from typing import Any

from allauth.account.models import EmailAddress
from django import template
from django.conf import settings

from mlsd_app.accounts.models import User

register = template.Library()


@register.simple_tag
def mail_folder() -> str:
    """Return the folder that mails land in, "" when they are really sent."""
    if not settings.EMAIL_BACKEND.endswith(".filebased.EmailBackend"):
        return ""
    folder = Path(settings.EMAIL_FILE_PATH)
    if folder.is_relative_to(settings.BASE_DIR):
        return str(folder.relative_to(settings.BASE_DIR))
    return str(folder)


@register.inclusion_tag("account/_confirmation_banner.html", takes_context=True)
def confirmation_banner(context: template.Context) -> dict[str, Any]:
    """Show which address waits to be confirmed, if one does. One query."""
    user = context.get("user")
    address = None
    if isinstance(user, User) and not user.is_guest:
        address = EmailAddress.objects.filter(user=user, primary=True, verified=False).first()
    return {"address": address, "csrf_token": context.get("csrf_token")}
