from __future__ import annotations

from typing import Any, ClassVar

from allauth.account.adapter import DefaultAccountAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialLogin
from django.forms import BaseForm
from django.http import HttpRequest

from mlsd_app.accounts.guests import guest_signing_in, leave_guest_session, merge_guest
from mlsd_app.accounts.models import User


class AccountAdapter(DefaultAccountAdapter):
    """Signing up turns a guest into an account; signing in hands over what the guest made."""

    error_messages: ClassVar[dict[str, Any]] = DefaultAccountAdapter.error_messages | {
        "account_inactive": "This account is switched off. Ask whoever runs this site.",
        "cannot_remove_primary_email": "This is the address you sign in with. "
        "Make another one primary first.",
        "duplicate_email": "This address is already on your account.",
        "email_password_mismatch": "The address and the password do not belong together. "
        "Check both, or reset the password.",
        "email_taken": "This address already has an account. "
        "Sign in, or reset the password if you have forgotten it.",
        "enter_current_password": "This is not your current password. Write it again.",
        "incorrect_password": "This is not your password. Write it again.",
        "invalid_password_reset": "This link has been used or is too old. Ask for a new one.",
        "max_email_addresses": "An account holds up to %d addresses. Remove one first.",
        "too_many_login_attempts": "There were too many tries. Wait five minutes, then try again.",
        "unverified_primary_email": "This address is not confirmed yet. "
        "Follow the link in the mail we sent there.",
    }

    def new_user(self, request: HttpRequest) -> User:
        return guest_signing_in(request) or User()

    def save_user(
        self,
        request: HttpRequest,
        user: User,
        form: BaseForm,
        commit: bool = True,  # noqa: FBT001, FBT002  # as allauth calls it
    ) -> User:
        user.is_guest = False
        user.name = form.cleaned_data.get("name") or user.name
        super().save_user(request, user, form, commit)
        return user

    def login(self, request: HttpRequest, user: User) -> None:
        guest = guest_signing_in(request)
        if guest:
            leave_guest_session(request)
        super().login(request, user)
        if guest and guest.pk != user.pk:
            merge_guest(guest, user)


class SocialAccountAdapter(DefaultSocialAccountAdapter):
    error_messages: ClassVar[dict[str, Any]] = DefaultSocialAccountAdapter.error_messages | {
        "email_taken": "This address already has an account. "
        "Sign in to it first, then connect %s on the page of your account.",
    }

    def new_user(self, request: HttpRequest, sociallogin: SocialLogin) -> User:
        """Never the guest's row: whether the person is known turns out later."""
        return User()

    def populate_user(
        self,
        request: HttpRequest,
        sociallogin: SocialLogin,
        data: dict[str, Any],  # Any: what the other site tells
    ) -> User:
        user: User = super().populate_user(request, sociallogin, data)
        whole = data.get("name") or f"{data.get('first_name', '')} {data.get('last_name', '')}"
        user.name = whole.strip()[:100]
        return user
