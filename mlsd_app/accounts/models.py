from __future__ import annotations

from typing import ClassVar

from django.contrib.auth.base_user import BaseUserManager
from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import Q
from django.utils import timezone


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, *, name: str = "") -> User:
        user = self.model(email=email.strip().lower(), name=name)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None) -> User:
        user = self.create_user(email, password)
        user.is_staff = user.is_superuser = True
        user.save(update_fields=["is_staff", "is_superuser"])
        return user

    def create_guest(self) -> User:
        guest = self.model(email=None, is_guest=True)
        guest.set_unusable_password()
        guest.save(using=self._db)
        return guest


class User(AbstractUser):
    """A person: with an email address, or a guest who has only a session in one browser."""

    username = None  # type: ignore[assignment]  # people sign in by email
    first_name = None  # type: ignore[assignment]  # one name, as people write it
    last_name = None  # type: ignore[assignment]
    email = models.EmailField(  # type: ignore[assignment]  # a guest has none
        "email address", unique=True, null=True, blank=True
    )
    name = models.CharField("name", max_length=100, blank=True)
    is_guest = models.BooleanField(default=False)
    last_seen_on = models.DateField(default=timezone.localdate)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    objects: ClassVar[UserManager] = UserManager()  # type: ignore[assignment]

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                name="a_guest_is_who_has_no_email",
                condition=Q(is_guest=True, email__isnull=True)
                | Q(is_guest=False, email__isnull=False),
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["last_seen_on"], condition=Q(is_guest=True), name="guests_by_last_visit"
            ),
        ]

    def __str__(self) -> str:
        return self.get_full_name()

    def clean(self) -> None:
        """Keep a guest's email NULL: the inherited rule makes it "", which only one row may be."""
        self.email = self.email.strip().lower() if self.email else None

    def get_full_name(self) -> str:
        """Return what to call them in a page: their name, else the part of the email before @."""
        return self.name or (self.email or "Guest").partition("@")[0]

    def get_short_name(self) -> str:
        return self.get_full_name()
