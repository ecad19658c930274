"""The links that stop mails. Their signature is the permission: they need no sign-in, ever."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from django.core import signing
from django.db import transaction

from mlsd_app.accounts.models import User
from mlsd_app.notices.kinds import Kind, topics
from mlsd_app.notices.models import ClosedAddress, Preference

SALT = "notices.unsubscribe"
Channel = Preference.Channel


class UnknownLinkError(Exception):
    """The link was not made here, or is not whole."""


@dataclass(frozen=True)
class Stop:
    """What one link turns off: some kinds for a person, or all mails to an address."""

    user: User | None
    address: str
    kinds: frozenset[Kind]

    @property
    def topics(self) -> str:
        return topics(self.kinds)

    @property
    def is_off(self) -> bool:
        """Whether nothing of it is mailed now."""
        if self.user is None:
            return ClosedAddress.objects.filter(address=self.address).exists()
        silent = self.user.preferences.filter(kind__in=self.kinds).exclude(channel=Channel.MAIL)
        return silent.count() == len(self.kinds)

    def turn_off(self) -> None:
        """Mail it no more; what is shown in the page stays."""
        if self.user is None:
            ClosedAddress.objects.get_or_create(address=self.address)
            return
        self._change(Channel.MAIL, Channel.PAGE)

    def turn_on(self) -> None:
        if self.user is None:
            ClosedAddress.objects.filter(address=self.address).delete()
            return
        self._change(Channel.PAGE, Channel.MAIL)

    def _change(self, before: Channel, after: Channel) -> None:
        assert self.user is not None  # noqa: S101  told apart by its callers
        with transaction.atomic():
            for kind in self.kinds:
                row, is_new = Preference.objects.get_or_create(
                    user=self.user, kind=kind, defaults={"channel": after}
                )
                if not is_new and row.channel == before:
                    row.channel = after
                    row.save(update_fields=["channel"])


def token_for_person(user: User, kinds: Collection[Kind]) -> str:
    return signing.dumps([user.pk, sorted(kinds)], salt=SALT)


def token_for_address(address: str) -> str:
    return signing.dumps(address, salt=SALT)


def stop_of(token: str) -> Stop:
    """What a link turns off. Raises ``UnknownLinkError``."""
    try:
        told = signing.loads(token, salt=SALT)
    except (signing.BadSignature, ValueError):
        raise UnknownLinkError from None
    if isinstance(told, str):
        return Stop(None, told, frozenset({Kind.INVITATION}))
    user_id, kinds = told
    user = User.objects.filter(pk=user_id).first()
    known = frozenset(kind for kind in Kind if kind.value in kinds)
    if user is None or not known:
        raise UnknownLinkError
    return Stop(user, "", known)
