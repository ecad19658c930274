from __future__ import annotations

from pathlib import Path

import pytest
from pytest_django import DjangoCaptureOnCommitCallbacks

from mlsd_app.accounts.guests import merge_guest
from mlsd_app.accounts.models import User
from mlsd_app.designs.editing import SetValue
from mlsd_app.designs.models import Design
from mlsd_app.designs.saving import save_edits
from mlsd_app.exports import asking, content
from mlsd_app.exports.asking import KEPT, TooManyUnfinishedError
from mlsd_app.exports.document import Paper
from mlsd_app.exports.models import Export
from mlsd_app.stages.addresses import Address
from mlsd_app.stages.design import STAGES
from tests.exports.conftest import PDF, asked, at_once, made
from tests.factories import clock, make_design, make_user

pytestmark = pytest.mark.django_db


def change_title(design: Design, title: str) -> None:
    assert design.owner is not None
    edit = SetValue(Address("general", "title"), title, base=clock(design))
    assert save_edits(design.pk, design.owner, [edit]).changed
    design.refresh_from_db()


# -- One file, one export -----------------------------------------------------------------------


def test_asking_queues_once_it_is_committed(
    design: Design,
    alice: User,
    queue: list[str],
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        export = asked(design, alice)
        assert queue == []
    assert queue == [str(export.pk)]
    assert (export.state, export.requested_by, export.revision.number) == ("queued", alice, 1)


def test_asking_twice_is_one_job(
    design: Design,
    alice: User,
    queue: list[str],
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        assert asked(design, alice) == asked(design, alice)
    assert len(queue) == 1


@pytest.mark.django_db(transaction=True)
def test_asking_eight_times_at_once_is_one_job(
    design: Design, alice: User, queue: list[str]
) -> None:
    exports = at_once(8, lambda: asked(design, alice))
    assert queue == [str(Export.objects.get().pk)]
    assert exports == [Export.objects.get()] * 8
    assert design.revisions.count() == 1


@pytest.mark.django_db(transaction=True)
def test_eight_designs_at_once_do_not_get_past_the_limit(alice: User, queue: list[str]) -> None:
    designs = [make_design(alice, general={"title": f"Feed {n}"}) for n in range(8)]

    def ask_for_one() -> object:
        try:
            return asked(designs.pop(), alice)
        except TooManyUnfinishedError:
            return None

    made_now = [export for export in at_once(8, ask_for_one) if export]
    assert len(made_now) == Export.objects.unfinished().count() == len(queue) == 3


def test_asking_while_it_is_made_and_when_it_is_ready_starts_nothing(
    export: Export, design: Design, alice: User, renders: list[str]
) -> None:
    assert Export.claimed(export.pk)
    assert asked(design, alice) == export
    Export.objects.update(state="queued")
    ready = made(design, alice)
    assert asked(design, alice) == ready == export
    assert asked(design, alice).state == "ready"
    assert len(renders) == 1


def test_changed_answers_are_another_export(
    design: Design, alice: User, renders: list[str], queue: list[str]
) -> None:
    first = made(design, alice)
    change_title(design, "Another feed")
    second = made(design, alice)
    assert first.key != second.key
    assert (first.revision.number, second.revision.number) == (1, 2)
    assert "Another feed" in renders[1]
    assert "Another feed" not in renders[0]


@pytest.mark.parametrize("other", [("Letter", True), ("A4", False)])
def test_other_options_are_another_export(
    export: Export, design: Design, alice: User, other: tuple[Paper, bool]
) -> None:
    paper, findings = other
    second = asked(design, alice, paper, findings=findings)
    assert second.key != export.key
    assert second.revision == export.revision


def test_another_print_style_is_another_export(
    export: Export, design: Design, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(content, "made_by", lambda: "the next release")
    assert asked(design, alice).key != export.key


def test_the_print_style_is_known_by_its_files(
    settings: pytest.FixtureRequest, tmp_path: Path
) -> None:
    hashes = set()
    settings.BASE_DIR = tmp_path  # type: ignore[attr-defined]  # pytest-django's settings
    css = tmp_path / "static/print/pdf.css"
    css.parent.mkdir(parents=True)
    for text in ("a", "b", "a"):
        css.write_text(text)
        content.made_by.cache_clear()
        hashes.add(content.made_by())
    content.made_by.cache_clear()
    assert len(hashes) == 2


def test_a_file_that_another_design_made_is_used_without_rendering(
    alice: User, renders: list[str], queue: list[str], media: Path
) -> None:
    bob = make_user(alice.name)
    first = made(make_design(alice), alice)
    second = asked(make_design(bob), bob)
    assert first.key == second.key
    assert (second.state, second.size, second.page_count) == ("ready", len(PDF), 12)
    assert second.file.name == first.file.name
    assert len(renders) == len(list(media.iterdir())) == 1


def test_a_file_that_is_gone_is_made_again(
    design: Design, alice: User, renders: list[str], queue: list[str]
) -> None:
    first = made(design, alice)
    Path(first.file.path).unlink()
    again = made(design, alice)
    assert again == first
    assert Path(again.file.path).read_bytes() == PDF
    assert len(renders) == 2


def test_a_failed_export_starts_again(
    export: Export, design: Design, alice: User, renders: list[str]
) -> None:
    claimed = Export.claimed(export.pk)
    assert claimed is not None
    claimed.fail("It was too long.")
    again = asked(design, alice)
    assert again == export
    assert (again.state, again.error, again.attempts) == ("queued", "", 0)
    assert made(design, alice).is_ready


def test_the_next_export_expects_as_many_pages_as_the_last(
    design: Design, alice: User, renders: list[str], queue: list[str]
) -> None:
    made(design, alice)
    change_title(design, "Another feed")
    assert asked(design, alice).pages_expected == 12
    assert asked(design, alice, "Letter").pages_expected == 0


# -- Limits -------------------------------------------------------------------------------------


def test_one_person_has_three_in_the_making_and_no_more(alice: User, queue: list[str]) -> None:
    designs = [make_design(alice, general={"title": f"Feed {n}"}) for n in range(4)]
    for design in designs[:3]:
        asked(design, alice)
    with pytest.raises(TooManyUnfinishedError, match="3 of your PDFs are still being made"):
        asked(designs[3], alice)
    assert not designs[3].exports.exists()
    assert asked(designs[0], alice).state == "queued"
    bob = make_user()
    assert asked(make_design(bob), bob).state == "queued"


def test_only_the_newest_are_kept_and_files_only_while_a_row_needs_them(
    design: Design,
    alice: User,
    renders: list[str],
    queue: list[str],
    media: Path,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    assert KEPT == 20
    monkeypatch.setattr(asking, "KEPT", 2)
    shared = made(design, alice)
    bob = make_user(alice.name)
    asked(make_design(bob), bob)
    for number in range(3):
        change_title(design, f"Feed {number}")
        with django_capture_on_commit_callbacks(execute=True):
            made(design, alice)
    assert [one.revision.number for one in design.exports.order_by("asked_at")] == [3, 4]
    names = {path.name for path in media.iterdir()}
    assert len(names) == 3
    assert Path(shared.file.path).name in names


def test_an_export_in_the_making_is_never_dropped(
    export: Export,
    design: Design,
    alice: User,
    renders: list[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(asking, "KEPT", 1)
    change_title(design, "Another feed")
    made(design, alice)
    assert design.exports.count() == 2


def test_the_files_of_a_deleted_design_go_with_it(
    design: Design,
    alice: User,
    renders: list[str],
    queue: list[str],
    media: Path,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    made(design, alice)
    with django_capture_on_commit_callbacks(execute=True):
        design.delete()
    assert list(media.iterdir()) == []


def test_exports_of_a_guest_become_those_of_the_account(alice: User, queue: list[str]) -> None:
    guest = User.objects.create_guest()
    export = asked(make_design(guest), guest)
    merge_guest(guest, alice)
    export.refresh_from_db()
    assert export.requested_by == alice
    assert export.design.owner == alice


def test_a_broker_that_is_down_loses_nothing(
    design: Design,
    alice: User,
    broken_queue: None,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        export = asked(design, alice)
    export.refresh_from_db()
    assert export.state == "queued"


def test_a_revision_holds_every_stage(export: Export) -> None:
    assert set(export.revision.hashes) == set(STAGES)
