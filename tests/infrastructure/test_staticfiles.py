from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.contrib.staticfiles.finders import get_finders

from mlsd_app.staticfiles import ModuleStorage


@pytest.fixture
def collected(tmp_path: Path) -> Path:
    """Every static file of the product, named by its content as in production."""
    storage = ModuleStorage(location=str(tmp_path), base_url="/static/")
    found = {}
    for finder in get_finders():
        for name, source in finder.list([]):
            with source.open(name) as file:
                storage._save(name, file)
            found[name] = (storage, name)
    for _name, _hashed, processed in storage.post_process(found):
        assert not isinstance(processed, Exception), processed
    return tmp_path


def test_scripts_import_each_other_by_names_that_exist(collected: Path) -> None:
    imports = [
        (script, target)
        for script in collected.glob("js/*.????????????.js")
        for target in re.findall(r'from "\./([^"]+)"', script.read_text())
    ]
    assert len(imports) >= 2
    for script, target in imports:
        assert re.search(r"\.[0-9a-f]{12}\.js$", target), f"{script.name} imports {target}"
        assert (collected / "js" / target).exists()


def test_the_product_collects_with_it(tmp_path: Path) -> None:
    command = [sys.executable, "-c", "import mlsd_app.settings as s; print(s.STORAGES)"]
    environment = {"PATH": os.environ["PATH"], "SEVEN_DATA_DIR": str(tmp_path)}
    printed = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert "mlsd_app.staticfiles.ModuleStorage" in printed.stdout
