"""What a newcomer clones: nothing in it may lean on the machine it was written on."""

from __future__ import annotations

import re
import tomllib
from itertools import pairwise
from pathlib import Path

import pytest
import yaml
from django.conf import settings
from django.core.management import call_command
from pytest_django import Settings

ROOT: Path = settings.BASE_DIR
SETS = ["run", "production", "test", "lint"]


@pytest.mark.parametrize("name", SETS)
def test_the_pinned_packages_name_no_registry_and_no_folder(name: str) -> None:
    text = (ROOT / f"requirements/{name}.txt").read_text()
    assert not re.search(r"://|^-|file:|@ ", text, re.MULTILINE)
    pins = re.findall(r"^([a-z0-9-]+)(?:\[[a-z0-9,]+\])?==\S+", text, re.MULTILINE)
    assert len(pins) > 30
    assert text.count("--hash=sha256:") >= len(pins)


def test_the_sets_agree_on_versions() -> None:
    pins = [
        set(re.findall(r"^\S+==\S+", (ROOT / f"requirements/{name}.txt").read_text(), re.MULTILINE))
        for name in SETS
    ]
    for smaller, larger in pairwise(pins):
        assert smaller < larger


def test_every_package_asked_for_is_pinned() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    wanted = {
        "run": project["project"]["dependencies"],
        "production": project["project"]["optional-dependencies"]["production"],
        "test": project["dependency-groups"]["test"],
        "lint": project["dependency-groups"]["lint"],
    }
    for name, packages in wanted.items():
        text = (ROOT / f"requirements/{name}.txt").read_text()
        for package in packages:
            bare = re.split(r"[\[><=;]", package)[0]
            assert re.search(rf"^{bare}==", text, re.MULTILINE), f"run bin/lock: {bare} in {name}"


def test_every_static_file_that_another_names_exists(settings: Settings, tmp_path: Path) -> None:
    settings.STATIC_ROOT = tmp_path
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"}
    }
    call_command("collectstatic", interactive=False, verbosity=0)
    assert (tmp_path / "staticfiles.json").exists()


def test_compose_runs_web_and_worker_on_postgres_and_redis() -> None:
    compose = yaml.safe_load((ROOT / "docker/compose.yaml").read_text())
    services = compose["services"]
    assert set(services) == {"migrate", "web", "worker", "beat", "postgres", "redis"}
    ours = [services[name] for name in ("migrate", "web", "worker", "beat")]
    assert [service["command"] for service in ours] == ["migrate", "web", "worker", "beat"]
    assert len({service["image"] for service in ours}) == 1
    for name in ("worker", "postgres", "redis"):
        assert services[name]["healthcheck"]["test"][0] == "CMD"
    assert services["web"]["depends_on"]["migrate"] == {
        "condition": "service_completed_successfully"
    }
    assert services["web"]["ports"] == ["127.0.0.1:8000:8000"]
    assert set(compose["volumes"]) == {"data", "postgres", "redis"}


def test_compose_holds_no_secret() -> None:
    compose = yaml.safe_load((ROOT / "docker/compose.yaml").read_text())
    for service in compose["services"].values():
        for name, value in service.get("environment", {}).items():
            if re.search(r"KEY|SECRET|PASSWORD", name):
                assert re.fullmatch(r"\$\{\w+:[-?].*\}", value), name


def test_the_image_runs_as_nobody_special_and_is_watched() -> None:
    dockerfile = (ROOT / "docker/Dockerfile").read_text()
    stages = dockerfile.split("\nFROM ")
    assert len(stages) == 2
    final = stages[1]
    user = re.findall(r"^USER (\S+)$", final, re.MULTILINE)
    assert user == ["10001"]
    assert final.index("USER") < final.index("ENTRYPOINT")
    assert re.search(r"^HEALTHCHECK .* CMD \[", final, re.MULTILINE)
    assert not re.search(r"^(ENV|ARG) .*(KEY|SECRET|PASSWORD)", dockerfile, re.MULTILINE)


@pytest.mark.parametrize("step", ["migrate", "collectstatic", "web", "worker", "beat"])
def test_the_entrypoint_knows_the_steps_that_compose_and_the_image_name(step: str) -> None:
    entrypoint = (ROOT / "docker/entrypoint").read_text()
    assert re.search(rf"^  {step}\)$", entrypoint, re.MULTILINE)
