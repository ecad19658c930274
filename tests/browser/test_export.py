"""An export is asked for, left alone, found again and taken away."""

from __future__ import annotations

import subprocess
from pathlib import Path

from playwright.sync_api import Page, expect
from pypdf import PdfReader

from mlsd_app.accounts.models import User
from mlsd_app.designs.models import Design
from tests.browser.conftest import arrived, assert_accessible, open_stage
from tests.factories import make_complete_design

MADE_WITHIN = 90_000  # ms; a worker starts first, on a busy machine


def test_a_pdf_is_asked_for_left_and_taken(
    desk: Page, author: User, examples: list[Design], worker: subprocess.Popen[bytes]
) -> None:
    design = make_complete_design(author)
    open_stage(desk, design)
    desk.get_by_role("navigation", name="Design").get_by_role("link", name="Export").click()
    expect(desk.get_by_text("No PDF of this design was made yet.")).to_be_visible()
    desk.get_by_role("radio", name="Letter").check()
    desk.get_by_role("button", name="Make the PDF").click()
    job = desk.locator(".job")
    expect(job.get_by_role("progressbar")).to_be_visible()
    expect(job).to_contain_text("You can leave; it waits here.")
    assert_accessible(desk)

    desk.get_by_role("link", name="Framing").first.click()
    arrived(desk, "/framing/$")
    desk.get_by_role("navigation", name="Design").get_by_role("link", name="Export").click()
    download = job.get_by_role("link", name="Download")
    expect(download).to_be_visible(timeout=MADE_WITHIN)
    expect(job.get_by_role("progressbar")).to_have_count(0)
    assert_accessible(desk)

    with desk.expect_download() as taken:
        download.click()
    report = PdfReader(Path(taken.value.path()))
    assert taken.value.suggested_filename.endswith(".pdf")
    assert report.metadata is not None
    assert report.metadata.title == design.title
    assert len(report.pages) > 10
    assert round(float(report.pages[0].mediabox.width)) == 612  # points; Letter
    assert "playback_events" in "".join(page.extract_text() for page in report.pages)

    desk.get_by_role("button", name="Make the PDF").click()
    expect(desk.locator("#export-news")).to_have_text("The PDF of revision 1 is ready.")
    expect(job).to_have_count(1)
