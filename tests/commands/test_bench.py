from __future__ import annotations

import io
import json
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from mlsd_app.bench import beating
from mlsd_app.bench.checking import with_one_answer_less, worked_answers
from mlsd_app.bench.figures import Figure, as_json, as_table
from mlsd_app.bench.instance import Instance
from mlsd_app.bench.linting import lint, worked_files
from mlsd_app.bench.loading import MODULE, STYLE, Links
from mlsd_app.bench.timing import compare
from mlsd_app.management.commands.bench import measured
from tests.edits import answered
from tests.factories import make_design, make_user


@pytest.fixture(autouse=True)
def folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the command makes its folders."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def bench(*arguments: str) -> tuple[int, str]:
    """Run the command; its exit code and its output."""
    out = io.StringIO()
    try:
        call_command("bench", *arguments, stdout=out)
    except SystemExit as ended:
        return int(ended.code or 0), out.getvalue()
    return 0, out.getvalue()


def test_json_is_a_list_of_figures(folders: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "somebody's own")
    code, out = bench("--json", "--only", "checks")
    (figure,) = json.loads(out)
    assert list(figure) == ["name", "value", "limit", "unit", "compared_to"]
    assert (figure["name"], figure["limit"], figure["unit"]) == ("all checks", 5, "ms")
    assert figure["value"] > 0
    assert code == (figure["value"] > figure["limit"])
    assert list(folders.iterdir()) == []


def test_an_incremental_run_is_held_to_its_limit_at_its_worst_place() -> None:
    _, out = bench("--json", "--only", "checks-again")
    worst, middle = json.loads(out)
    assert worst["name"] == "checks after one edit, worst"
    assert (worst["limit"], worst["unit"]) == (2, "ms")
    assert 0 < middle["value"] <= worst["value"]
    assert middle["limit"] is None


def test_every_answer_of_the_worked_example_is_taken_away_once() -> None:
    answers = worked_answers()
    taken = list(with_one_answer_less(answers))
    assert sorted(address for address, _, _ in taken) == sorted(map(str, answered(answers)))
    assert all(left != answers[stage] for _, stage, left in taken)


def test_linting_is_measured_on_complete_designs_that_can_be_read(tmp_path: Path) -> None:
    files = [str(path) for path in worked_files(tmp_path, 3)]
    assert len({Path(file).read_text() for file in files}) == 3
    assert lint(files) > 0
    with pytest.raises(RuntimeError, match="nowhere"):
        lint([*files, str(tmp_path / "nowhere.yaml")])


def test_what_cannot_be_measured_is_a_missed_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHROMIUM", "/nowhere/chromium")
    code, out = bench("--only", "layout-shift")
    assert code == 1
    assert "not measured: no Chromium at /nowhere/chromium" in out
    assert "MISSED" in out


def test_measuring_that_fails_exits_with_two(tmp_path: Path) -> None:
    assert measured(["--only", "nothing"], str(tmp_path)) == (2, "")
    with pytest.raises(CommandError, match="invalid choice"):
        call_command("bench", "--only", "nothing")


def test_an_instance_in_use_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    database = tmp_path / "seven.sqlite3"
    database.touch()
    monkeypatch.setitem(settings.DATABASES["default"], "NAME", database)
    with pytest.raises(FileExistsError, match="bin/bench"), ExitStack() as closing:
        Instance(closing)


def test_a_figure_is_met_up_to_its_limit() -> None:
    assert Figure("save", 3.0, 3, "x", "").is_met
    assert not Figure("save", 3.01, 3, "x", "").is_met
    assert Figure("bare view", 400.0, None, "requests/s", "").is_met
    assert not Figure("layout shift", None, None, "", "not measured").is_met


def test_the_table_shows_each_figure_beside_its_limit() -> None:
    figures = [
        Figure("save", 3.214159, 3, "x", "a bare view"),
        Figure("bare view", 417.0, None, "requests/s", "no limit"),
    ]
    assert as_table(figures).splitlines() == [
        "Figure              Value  Limit          Compared to",
        "save              3.214 x    3 x  MISSED  a bare view",
        "bare view  417 requests/s                 no limit",
    ]
    assert json.loads(as_json(figures))[0]["value"] == 3.214159


def test_two_things_are_timed_in_turns() -> None:
    asked: list[str] = []
    took = {"ours": iter([2.0, 4.0, 9.0, 2.0]), "reference": iter([1.0, 1.0, 3.0, 2.0])}

    def timed(name: str) -> float:
        asked.append(name)
        return next(took[name])

    found = compare(lambda: timed("ours"), lambda: timed("reference"), rounds=4)
    assert asked == ["ours", "reference", "reference", "ours"] * 2
    assert (found.ours, found.reference, found.ratio) == (3.0, 1.5, 2.5)


def test_saves_beside_open_tabs_are_as_many_as_are_due(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(beating, "LASTS", 0.5)
    saved: list[str] = []
    savers = [lambda name=name: saved.append(name) for name in "ab"]
    took = beating.save_steadily(savers)
    assert len(took) == len(saved) == beating.SAVES * beating.LASTS
    assert saved.count("a") == saved.count("b")


def test_every_file_that_a_page_loads_is_found() -> None:
    links = Links()
    links.feed(
        '<link rel="stylesheet" href="/a.css"><link rel="icon" href="/i.svg">'
        '<script src="/b.js" defer></script><script type="module" src="/c.js"></script>'
    )
    assert links.found == ["/a.css", "/b.js", "/c.js"]
    module = """
        import { a } from "./a.js";
        import "../b.js";
        export * from '/static/c.js';
        const late = () => import("./d.js");
        const words = 'from "nowhere"';
    """
    assert MODULE.findall(module) == ["./a.js", "../b.js", "/static/c.js", "./d.js"]
    assert STYLE.findall('@import "x.css"; @import url(y.css) print;') == ["x.css", "y.css"]


@pytest.mark.django_db
def test_the_bare_view_writes_one_row_of_the_author(client: Client, settings: Settings) -> None:
    settings.ROOT_URLCONF = "mlsd_app.bench.urls"
    author = make_user()
    design = make_design(author)
    url = reverse("bare_save", args=[design.pk])
    assert client.post(url).status_code == 302
    client.force_login(author)
    assert client.get(url).status_code == 405
    answer: Any = client.post(url)
    before = design.updated_at
    design.refresh_from_db()
    assert design.updated_at > before
    assert answer.content.decode() == f"<p>Saved at {design.updated_at:%H:%M:%S}</p>"
