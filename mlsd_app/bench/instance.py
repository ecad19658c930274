"""An instance of the product in a folder of its own: the examples, one author, and a server."""

from __future__ import annotations

from contextlib import ExitStack
from functools import cached_property
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.test import Client

from mlsd_app.accounts.models import User
from mlsd_app.bench.browsing import Visitor
from mlsd_app.bench.serving import Server
from mlsd_app.designs.examples import DEFAULT, example_called, load_examples
from mlsd_app.designs.models import Design
from mlsd_app.designs.saving import create_design
from mlsd_app.stages.design import AllAnswers


class Instance:
    """What measurements share. Each part is made when it is first asked for.

    Raises ``FileExistsError`` where there is a database already: it would be somebody's own.
    """

    def __init__(self, closing: ExitStack) -> None:
        self._closing = closing
        database = Path(settings.DATABASES["default"]["NAME"])
        if database.exists():
            raise FileExistsError(f"{database} is in use. Start the measurements with bin/bench.")

    @cached_property
    def author(self) -> User:
        call_command("migrate", interactive=False, verbosity=0)
        load_examples()
        return User.objects.create_user("author@example.org", name="Ada Nowak")

    def worked_answers(self) -> AllAnswers:
        """The answers of the worked video example."""
        _ = self.author
        stored = example_called(DEFAULT).contents()
        return {stage: row.answers for stage, row in stored.items()}

    def new_design(self, answers: AllAnswers | None = None) -> Design:
        """A design of the author, by default a copy of the worked example."""
        return create_design(self.author, answers or self.worked_answers())

    def client(self) -> Client:
        """The author, signed in, without a server in between."""
        self.collect_static()
        client = Client(SERVER_NAME="localhost")
        client.force_login(self.author)
        return client

    @cached_property
    def server(self) -> Server:
        """gunicorn as ``bin/run`` starts it, on one core, until the measurements end."""
        _ = self.author
        self.collect_static()
        return self._closing.enter_context(Server())

    def visitor(self, session: str = "") -> Visitor:
        """Whose session it is, by default the author, with a connection of their own."""
        session = session or self.client().cookies[settings.SESSION_COOKIE_NAME].value
        return self._closing.enter_context(Visitor(self.server.address, session))

    def collect_static(self) -> None:
        """Give pages and fragments the files they name."""
        if not (settings.STATIC_ROOT / "staticfiles.json").exists():
            call_command("collectstatic", interactive=False, verbosity=0)
