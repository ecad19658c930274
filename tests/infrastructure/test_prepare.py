from __future__ import annotations

from pathlib import Path

import pytest
from django.core.management import call_command
from pytest_django import Settings

from mlsd_app.designs.models import Design


@pytest.fixture
def source(settings: Settings, tmp_path: Path) -> Path:
    """A folder with one static file, to be collected into another."""
    source = tmp_path / "source"
    source.mkdir()
    (source / "page.css").write_text("a { color: red }")
    settings.STATICFILES_DIRS = [source]
    settings.STATIC_ROOT = tmp_path / "collected"
    return source


@pytest.mark.django_db
def test_examples_and_static_files_are_there_afterwards(source: Path, settings: Settings) -> None:
    call_command("prepare")
    assert Design.objects.exclude(example="").count() >= 2
    assert (settings.STATIC_ROOT / "page.css").read_text() == "a { color: red }"


@pytest.mark.django_db
def test_static_files_are_collected_again_only_when_one_changed(
    source: Path, settings: Settings
) -> None:
    call_command("prepare")
    collected = settings.STATIC_ROOT / "page.css"
    collected.unlink()
    call_command("prepare")
    assert not collected.exists()

    (source / "page.css").write_text("a { color: green }")
    call_command("prepare")
    assert collected.read_text() == "a { color: green }"
