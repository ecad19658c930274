"""Queries that are asked hundreds of times a second, for which building SQL would be most of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from time import monotonic
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet

GOOD_FOR = 1.0  # seconds; as old may "now" be, where a query compares with it

Value = int | str | UUID  # of a parameter
Parameter = tuple[str, Any]  # the name of what it stands for, if any, and its value


class OftenAsked:
    """A queryset, translated to SQL once a second and not each time it is asked.

    ``build`` makes it with ``samples`` in the places of what differs from time to time; they have
    to be unlike anything else in it. Rows are what ``values_list`` names, as the database has it.
    """

    def __init__(
        self,
        build: Callable[..., QuerySet[Any, Any]],  # Any: whichever model and row
        **samples: Value,
    ) -> None:
        self._build = build
        self._samples = samples
        self._translation: tuple[float, str, Sequence[Parameter]] = (0.0, "", ())

    def rows(self, **values: Value) -> Sequence[tuple[Any, ...]]:  # Any: of the columns asked for
        until, statement, parameters = self._translation
        if monotonic() > until:
            statement, parameters = self._translated()
            self._translation = (monotonic() + GOOD_FOR, statement, parameters)
        with connection.cursor() as cursor:
            cursor.execute(statement, [values.get(name, value) for name, value in parameters])
            found: Sequence[tuple[Any, ...]] = cursor.fetchall()
            return found

    def _translated(self) -> tuple[str, Sequence[Parameter]]:
        statement, parameters = self._build(**self._samples).query.sql_with_params()
        names = {_plain(sample): name for name, sample in self._samples.items()}
        return statement, [(names.get(_plain(one), ""), one) for one in parameters]


def _plain(value: object) -> str:
    """One form of a value for every database: SQLite is sent a UUID without its hyphens."""
    return str(value).replace("-", "")
