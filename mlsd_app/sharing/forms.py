from __future__ import annotations

from typing import Any, ClassVar
from uuid import uuid4

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator

from mlsd_app.designs.access import Role
from mlsd_app.designs.models import Design
from mlsd_app.sharing.links import AS_NOW, LIVE, NEVER, SAME

WORDS = {
    Role.READER: "Reader: reads",
    Role.COMMENTER: "Mentor: comments",
    Role.EDITOR: "Editor: writes",
}
ROLES = [(role.value, words) for role, words in WORDS.items()]
SHORT_ROLES = [(role.value, role.label) for role in WORDS]
CHOOSE = {
    "required": "Choose what they may do.",
    "invalid_choice": "Choose reader, mentor or editor.",
}
HOW_LONG = {
    "required": "Choose how long the link works.",
    "invalid_choice": "Choose how long the link works.",
}
WHOLE_ADDRESS = EmailValidator("This address is not complete. Write it like name@company.org.")


def problems(form: forms.Form) -> str:
    """What is wrong with ``form``, in a line, where it is not shown again."""
    errors = form.errors.get_json_data().values()
    return " ".join(one["message"] for found in errors for one in found)


class RoleForm(forms.Form):
    role = forms.TypedChoiceField(
        label="Role", choices=SHORT_ROLES, coerce=lambda value: Role(int(value)),
        error_messages=CHOOSE,
    )  # fmt: skip


class InviteForm(forms.Form):
    whom = forms.CharField(
        label="Email address or name",
        max_length=254,
        error_messages={
            "required": "Write the email address of who is to come in, like name@company.org.",
            "max_length": "An address has at most 254 characters. Write a shorter one.",
        },
        widget=forms.TextInput(attrs={"autocomplete": "off", "list": "known", "class": "input"}),
    )
    role = forms.TypedChoiceField(
        label="May",
        choices=ROLES,
        coerce=lambda value: Role(int(value)),
        initial=Role.COMMENTER.value,
        error_messages=CHOOSE,
    )

    def clean_whom(self) -> str:
        whom = " ".join(self.cleaned_data["whom"].split())
        if "@" in whom:
            WHOLE_ADDRESS(whom)
            return whom.lower()
        return whom


class LinkForm(forms.Form):
    """A link to be made. ``name`` becomes its key, so that the same request makes one link."""

    LASTS: ClassVar[list[tuple[str, str]]] = [
        ("1", "1 day"),
        ("7", "7 days"),
        ("30", "30 days"),
        ("90", "90 days"),
        (NEVER, "Until it is revoked"),
    ]
    PASSWORD: ClassVar[dict[str, str]] = {
        "min_length": "The password has fewer than 6 characters. Write a longer one.",
        "max_length": "The password has more than 128 characters. Write a shorter one.",
    }

    name = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)
    label = forms.CharField(
        label="Label",
        max_length=100,
        required=False,
        help_text="Seen by you alone: for whom it is, where you put it.",
        error_messages={"max_length": "A label has at most 100 characters. Shorten it."},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    role = forms.TypedChoiceField(
        label="Who has it may come in as",
        choices=ROLES,
        coerce=lambda value: Role(int(value)),
        initial=Role.COMMENTER.value,
        error_messages=CHOOSE,
    )
    opens = forms.ChoiceField(
        label="Opens",
        initial=LIVE,
        error_messages={
            "required": "Choose what the link opens.",
            "invalid_choice": "Choose the design, or a revision that has a name in the history.",
        },
    )
    lasts = forms.ChoiceField(
        label="Works for",
        choices=LASTS,
        initial="30",
        error_messages=HOW_LONG,
    )
    password = forms.CharField(
        label="Password",
        required=False,
        strip=False,
        min_length=6,
        max_length=128,
        help_text="Send it another way than the link. Without one, who has the link comes in.",
        error_messages=PASSWORD,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )

    def __init__(self, *args: Any, design: Design, **kwargs: Any) -> None:  # Any: as forms.Form
        super().__init__(*args, **kwargs)
        named = design.revisions.exclude(name="").order_by("-number")
        opens = self.fields["opens"]
        assert isinstance(opens, forms.ChoiceField)  # noqa: S101  declared above
        opens.choices = [
            (LIVE, "The design as it changes"),
            (AS_NOW, "The design as it is now, and nothing later"),
            *((str(one.number), f"Revision {one.number}, {one.name}") for one in named),
        ]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("opens", LIVE) != LIVE and cleaned.get("role", 0) > Role.READER:
            self.add_error(
                "role",
                "One state of a design can only be read. Choose Reader, "
                "or let the link open the design as it changes.",
            )
        return cleaned


class LinkChangeForm(forms.Form):
    """What can be changed about a link that people have."""

    label = forms.CharField(
        label="Label",
        max_length=100,
        required=False,
        error_messages={"max_length": "A label has at most 100 characters. Shorten it."},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    role = forms.TypedChoiceField(
        label="Role", choices=ROLES, coerce=lambda value: Role(int(value)), error_messages=CHOOSE
    )
    lasts = forms.ChoiceField(
        label="From now on it works for",
        choices=[(SAME, "As long as it did"), *LinkForm.LASTS],
        error_messages=HOW_LONG,
    )
    password = forms.CharField(
        label="New password",
        required=False,
        strip=False,
        min_length=6,
        max_length=128,
        error_messages=LinkForm.PASSWORD,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    no_password = forms.BooleanField(label="No password any more", required=False)


class PasswordForm(forms.Form):
    password = forms.CharField(
        label="Password",
        strip=False,
        max_length=128,
        error_messages={
            "required": "Write the password that came with the link.",
            "max_length": "No password is that long. Write the one that came with the link.",
        },
        widget=forms.PasswordInput(attrs={"autocomplete": "off", "autofocus": True}),
    )


class NameForm(forms.Form):
    """Who comes by a link without an account."""

    name = forms.CharField(
        label="Your name",
        max_length=100,
        error_messages={
            "required": "Write your name: it stands beside what you write.",
            "max_length": "A name has at most 100 characters here. Shorten it.",
        },
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )

    def clean_name(self) -> str:
        name = " ".join(self.cleaned_data["name"].split())
        if not name.isprintable():
            raise ValidationError("The name holds characters that cannot be shown. Write it anew.")
        return name


class AskForm(forms.Form):
    role = forms.TypedChoiceField(
        label="To",
        choices=[
            (Role.READER.value, "read it"),
            (Role.COMMENTER.value, "comment on it"),
            (Role.EDITOR.value, "write in it"),
        ],
        coerce=lambda value: Role(int(value)),
        error_messages={
            "required": "Choose what you want to do.",
            "invalid_choice": "Choose to read, to comment or to write.",
        },
    )
    note = forms.CharField(
        label="A word to its owner",
        max_length=300,
        required=False,
        error_messages={"max_length": "At most 300 characters fit. Shorten it."},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
