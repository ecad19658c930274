from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.template.defaultfilters import pluralize

from mlsd_app.accounts.guests import clear_guests


class Command(BaseCommand):
    help = "Delete guests who have not come back, with everything they made."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--days", type=int, default=30, help="idle for longer than this")

    def handle(self, *args: Any, days: int, **options: Any) -> None:
        if days < 1:
            raise CommandError(f"--days is {days}. Write 1 or more.")
        count = clear_guests(days)
        self.stdout.write(f"{count} guest{pluralize(count)} deleted")
