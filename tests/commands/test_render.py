from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.core.management import CommandError, call_command
from pypdf import PdfReader

from mlsd_app.exports import limits
from mlsd_app.interchange import read

FIXTURE = Path(__file__).parents[2] / "fixtures" / "video.yaml"
SMALL = """
general: {title: Parking near the stadium}
framing: {timeliness: online, problem_statement: Drivers circle for 20 minutes.}
"""


def render(file: Path | str, output: Path, **options: Any) -> tuple[str, str]:
    """Run the command; its output and error output."""
    out, err = io.StringIO(), io.StringIO()
    call_command(
        "render", str(file), output=output, stdout=out, stderr=err, no_color=True, **options
    )
    return out.getvalue(), err.getvalue()


@pytest.fixture
def small(tmp_path: Path) -> Path:
    path = tmp_path / "small.yaml"
    path.write_text(SMALL)
    return path


def text_of(path: Path) -> str:
    return "".join(page.extract_text() for page in PdfReader(path).pages)


def test_a_pdf_is_written(small: Path, tmp_path: Path) -> None:
    out, err = render(small, tmp_path / "out.pdf")
    assert (out, err) == (f"Wrote {tmp_path / 'out.pdf'}\n", "")
    text = text_of(tmp_path / "out.pdf")
    assert "Drivers circle for 20 minutes." in text.replace("\u202f", " ")
    assert "Open findings" not in text


def test_the_command_line_is_as_the_help_says(small: Path, tmp_path: Path) -> None:
    target = str(tmp_path / "out.pdf")
    call_command(
        "render", str(small), "-o", target, "--findings", "--paper", "Letter", stdout=io.StringIO()
    )
    page = PdfReader(target).pages[0]
    assert (page.mediabox.width, page.mediabox.height) == (612, 792)
    assert "An online system without a latency limit" in text_of(tmp_path / "out.pdf")


def test_html_stands_alone(small: Path, tmp_path: Path) -> None:
    render(small, tmp_path / "out.html")
    html = (tmp_path / "out.html").read_text()
    assert "<title>Parking near the stadium</title>" in html
    assert "<style>" in html
    assert "<link" not in html


@pytest.mark.parametrize("ending", [".yaml", ".json"])
def test_other_files_hold_the_same_answers(ending: str, tmp_path: Path) -> None:
    target = tmp_path / f"out{ending}"
    render(FIXTURE, target)
    written = target.read_text()
    assert (json.loads if ending == ".json" else yaml.safe_load)(written)["general"]["title"]
    same = read(FIXTURE.read_text(), name=FIXTURE.name)
    assert read(written, name=target.name).answers == same.answers


def test_the_same_file_gives_the_same_bytes(small: Path, tmp_path: Path) -> None:
    for name in ("one.pdf", "two.pdf"):
        render(small, tmp_path / name)
    assert (tmp_path / "one.pdf").read_bytes() == (tmp_path / "two.pdf").read_bytes()


def test_what_is_wrong_in_the_file_is_said_and_the_rest_is_written(tmp_path: Path) -> None:
    path = tmp_path / "odd.yaml"
    path.write_text(SMALL + "framinng: {a: 1}\nmetrics: {slices: [new users], colour: blue}\n")
    _, err = render(path, tmp_path / "out.yaml")
    assert "framinng" in err
    assert "colour" in err
    assert yaml.safe_load((tmp_path / "out.yaml").read_text())["metrics"]["slices"] == ["new users"]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"a: [", "is not YAML"),
        (b"\xff\xfe", "UTF-8"),
        (b"- 1\n- 2\n", "not a design"),
        (b"a" * 4_000_001, "larger than"),
    ],
    ids=["broken", "bytes", "not-a-design", "huge"],
)
def test_an_unreadable_file_exits_with_two(content: bytes, says: str, tmp_path: Path) -> None:
    path = tmp_path / "bad.yaml"
    path.write_bytes(content)
    with pytest.raises(CommandError, match=says) as error:
        render(path, tmp_path / "out.pdf")
    assert error.value.returncode == 2
    assert str(path) in str(error.value)
    assert not (tmp_path / "out.pdf").exists()


def test_a_missing_file_exits_with_two(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="cannot be opened") as error:
        render(tmp_path / "gone.yaml", tmp_path / "out.pdf")
    assert error.value.returncode == 2


def test_an_unknown_ending_names_the_known_ones(small: Path, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"\.pdf, \.html, \.yaml, \.json") as error:
        render(small, tmp_path / "out.doc")
    assert error.value.returncode == 2


def test_a_design_beyond_the_limits_is_refused(
    small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "CHARACTERS", 10)
    with pytest.raises(CommandError, match="at most 10") as error:
        render(small, tmp_path / "out.pdf")
    assert error.value.returncode == 1


def test_a_place_that_cannot_be_written_is_named(small: Path, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="cannot be written"):
        render(small, tmp_path / "no-folder" / "out.yaml")
