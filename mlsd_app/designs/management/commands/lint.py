from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from mlsd_app.checklist import Severity
from mlsd_app.lint import add_arguments, run


class Command(BaseCommand):
    """Exits with 1 when an error was found and with 2 when a file or an option cannot be read."""

    help = "Check designs in YAML or JSON files, without a database."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        add_arguments(parser)

    def handle(self, *args: Any, **options: Any) -> None:  # Any: what Django passes
        styles = {
            Severity.ERROR: self.style.ERROR,
            Severity.WARNING: self.style.WARNING,
            Severity.HINT: self.style.NOTICE,
        }
        code = run(options, self.stdout, self.stderr, lambda severity, text: styles[severity](text))
        sys.exit(code)
