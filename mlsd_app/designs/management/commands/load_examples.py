from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from mlsd_app.designs.examples import load_examples


class Command(BaseCommand):
    help = "Store the worked designs of fixtures/, replacing those of the same name."

    def handle(self, *args: Any, **options: Any) -> None:  # Any: what Django passes
        for design in load_examples():
            self.stdout.write(f"loaded {design.example}: {design}")
