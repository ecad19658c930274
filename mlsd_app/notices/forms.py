from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django import forms
from django.db import transaction

from mlsd_app.accounts.models import User
from mlsd_app.notices.following import ABOUT
from mlsd_app.notices.kinds import Kind
from mlsd_app.notices.models import Following, Preference

Channel = Preference.Channel

AT_ONCE = {
    Kind.MENTION: "Somebody mentions you",
    Kind.INVITATION: "You are invited to a design",
    Kind.ROUND: "A review is handed in or answered",
    Kind.REVIEW_ASKED: "You are asked for a review",
    Kind.ACCESS_ASKED: "Somebody asks for access to your design",
}
IN_TURN = {
    Kind.COMMENT: "Somebody comments where you follow",
    Kind.SUGGESTION: "A suggestion is made, accepted or declined",
    Kind.RESOLVED: "A thread is resolved or opened again",
}
GROUPS = {
    "Mailed at once; a whole review is one mail": AT_ONCE,
    "Mailed up to four times a day, all together, then in a digest": IN_TURN,
}
UNKNOWN = "The form named a choice that does not exist. Choose one of those shown."


class PreferencesForm(forms.Form):
    """One choice for each kind. Guests have no address, so they are not offered mails."""

    def __init__(self, user: User, data: Any = None) -> None:  # Any: what a form takes
        super().__init__(data)
        self.user = user
        chosen = dict(user.preferences.values_list("kind", "channel"))
        offered = [one for one in Channel if not (user.is_guest and one == Channel.MAIL)]
        self.channels = [(one.value, one.label) for one in offered]
        for kind, label in (AT_ONCE | IN_TURN).items():
            channel = chosen.get(kind, offered[0])
            self.fields[kind] = forms.ChoiceField(
                label=label,
                choices=self.channels,
                widget=forms.RadioSelect,
                initial=channel if channel in offered else offered[0],
                error_messages={"required": UNKNOWN, "invalid_choice": UNKNOWN},
            )

    def groups(self) -> Iterator[tuple[str, list[forms.BoundField]]]:
        """The questions under what is said of their mails; guests get none, and no heading."""
        if self.user.is_guest:
            yield "", list(self)
            return
        for heading, kinds in GROUPS.items():
            yield heading, [self[kind] for kind in kinds]

    def store(self) -> None:
        """Keep the choices; what a guest is not asked about mails stays as it is by default."""
        with transaction.atomic():
            for kind in AT_ONCE | IN_TURN:
                channel = self.cleaned_data[kind]
                if self.user.is_guest and channel == Channel.PAGE:
                    self.user.preferences.filter(kind=kind).delete()
                    continue
                Preference.objects.update_or_create(
                    user=self.user, kind=kind, defaults={"channel": channel}
                )


class FollowingForm(forms.Form):
    about = forms.CharField(required=False, max_length=100, strip=False)
    level = forms.ChoiceField(choices=Following.Level.choices)

    def clean_about(self) -> str:
        about: str = self.cleaned_data["about"]
        if not ABOUT.fullmatch(about):
            raise forms.ValidationError(UNKNOWN)
        return about
