"""The sign-in forms of allauth in this product's words."""

from __future__ import annotations

from typing import Any

from allauth.account import forms as account
from allauth.socialaccount import forms as social
from django import forms
from django.core.validators import EmailValidator, MaxLengthValidator

LABELS = {
    "email": "Email address",
    "login": "Email address",
    "password": "Password",
    "password1": "New password",
    "password2": "The new password once more",
    "oldpassword": "Current password",
    "remember": "Stay signed in on this device",
}
MISSING = {
    "email": "There is no address yet. Write it like name@company.org.",
    "login": "There is no address yet. Write the one you signed up with.",
    "password": "There is no password yet. Write it here.",
    "password1": "There is no password yet. Choose one of at least 8 characters.",
    "password2": "It is missing the second time. Write the new password here too.",
    "oldpassword": "It is missing. Write the password you use now.",
}
HELP = {
    "password": "",
    "password1": "At least 8 characters, not all digits, and none of the well-known ones.",
    "oldpassword": "",
}
WHOLE_ADDRESS = EmailValidator("This address is not complete. Write it like name@company.org.")
SHORT_ADDRESS = MaxLengthValidator(
    254, "An address has at most 254 characters. Write a shorter one."
)


class PlainWords(forms.Form):
    """Labels that say what to write, and no placeholder that says it twice."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # Any: each form of allauth has its own
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.widget.attrs.pop("placeholder", None)
            field.label = LABELS.get(name, field.label)
            field.error_messages["required"] = MISSING.get(name, "This is missing. Write it here.")
            field.help_text = HELP.get(name, field.help_text)
            if isinstance(field, forms.EmailField):
                field.validators = [
                    *(v for v in field.validators if not isinstance(v, EmailValidator)),
                    WHOLE_ADDRESS,
                    SHORT_ADDRESS,
                ]


class WithName(PlainWords):
    name = forms.CharField(
        label="Your name",
        max_length=100,
        required=False,
        help_text="Stands on your designs. You can leave it out.",
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    field_order = ("name", "email", "password1")


class LoginForm(PlainWords, account.LoginForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:  # Any: as above
        super().__init__(*args, **kwargs)
        self.fields["remember"].initial = True


class SignupForm(WithName, account.SignupForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:  # Any: as above
        super().__init__(*args, **kwargs)
        self.fields["password1"].label = "Password"


class SocialSignupForm(WithName, social.SignupForm):
    pass


class AddEmailForm(PlainWords, account.AddEmailForm):
    pass


class ChangePasswordForm(PlainWords, account.ChangePasswordForm):
    pass


class SetPasswordForm(PlainWords, account.SetPasswordForm):
    pass


class ResetPasswordForm(PlainWords, account.ResetPasswordForm):
    pass


class ResetPasswordKeyForm(PlainWords, account.ResetPasswordKeyForm):
    pass


class ReauthenticateForm(PlainWords, account.ReauthenticateForm):
    pass
