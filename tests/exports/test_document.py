from __future__ import annotations

import math
import re
from datetime import date
from html import unescape
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from mlsd_app.calculators.calculations import CALCULATIONS
from mlsd_app.checklist import run
from mlsd_app.exports.arithmetic import (
    of_monitoring,
    of_serving,
    rows_of_training,
    sample_size,
)
from mlsd_app.exports.document import Meta, Options, document_html
from mlsd_app.exports.layout import ON_COVER, SECTIONS, TABLES, sections
from mlsd_app.exports.limits import CHARACTERS, LINES, ROWS, LimitExceededError
from mlsd_app.exports.tables import COMPUTED
from mlsd_app.exports.typesetter import Typesetter
from mlsd_app.exports.typography import capitalised, in_text, tidy
from mlsd_app.interchange import read
from mlsd_app.stages.design import NUMBERED_STAGES, STAGES, AllAnswers, Design
from mlsd_app.stages.fields import Field, Kind, Question

META = Meta("A design", ("Ada Nowak",), "14", "847bec77", date(2026, 11, 20), "In review")


def worked(name: str) -> AllAnswers:
    path = Path(__file__).parents[2] / "fixtures" / f"{name}.yaml"
    return read(path.read_text(), name=path.name).answers


def html_of(answers: AllAnswers | None = None, meta: Meta = META, **options: Any) -> str:
    design = Design.of(answers or {})
    return document_html(design, meta, Options(**options), run(design))


def words_of(html: str) -> str:
    """What a reader sees, in one line: no style, no marks of the compositor, small letters."""
    html = re.sub(r"<title.*?</title>", " ", html, flags=re.DOTALL)
    text = unescape(re.sub(r"<[^>]+>", " ", html))
    text = text.translate({0x200B: None, 0x202F: " ", 0xA0: " ", 0x2019: "'"})
    return re.sub(r" ([;,.])", r"\1", " ".join(text.split())).casefold()


@pytest.fixture(scope="module")
def video() -> AllAnswers:
    return worked("video")


@pytest.fixture(scope="module")
def printed(video: AllAnswers) -> str:
    return html_of(video, findings=True)


# -- everything that was answered


class Filler:
    """Gives every field an answer that occurs nowhere else, and remembers what to look for."""

    def __init__(self) -> None:
        self.count = 0
        self.expected: list[tuple[str, str]] = []

    def answers(self) -> AllAnswers:
        return {
            stage.key: {
                key: self.value(f"{stage.key}.{key}", field) for key, field in stage.fields.items()
            }
            for stage in STAGES.values()
        }

    def value(self, address: str, field: Field) -> Any:
        match field.kind:
            case Kind.TABLE:
                return [
                    {
                        "row": f"r{row}",
                        **{
                            key: self.value(f"{address}/r{row}.{key}", column)
                            for key, column in field.columns.items()
                        },
                    }
                    for row in range(2)
                ]
            case Kind.FLAG:
                return True
            case Kind.QUANTITY:
                return self.number(address)
            case Kind.CHOICE if field.choices and not field.free:
                value, label = list(field.choices.items())[-1]
                self.expected.append((address, label))
                return value
            case Kind.LIST | Kind.CHOICES:
                return [self.word(address), self.word(address)]
        return self.word(address)

    def word(self, address: str) -> str:
        self.count += 1
        self.expected.append((address, f"word{self.count:04}"))
        return f"word{self.count:04}"

    def number(self, address: str) -> float:
        self.count += 1
        self.expected.append((address, f"{self.count + 0.25:g}"))
        return self.count + 0.25


def test_every_answer_of_every_stage_is_printed() -> None:
    filler = Filler()
    answers = filler.answers()
    said = words_of(html_of(answers, Meta(str(answers["general"]["title"]))))
    missing = [
        (address, expected)
        for address, expected in filler.expected
        if expected.casefold() not in said
        # A time in seconds, minutes or hours is written in the unit people say; see below.
        and unit_of(address) not in {"s", "min", "h"}
    ]
    assert missing == []
    assert len(filler.expected) > 250


def unit_of(address: str) -> str:
    place = re.sub(r"/r\d", "", address)
    stage_key, _, rest = place.partition(".")
    stage = STAGES[stage_key]
    for key, field in stage.fields.items():
        if rest == key:
            return field.unit.key
        if rest.startswith(f"{key}.") and field.is_table:
            return field.columns[rest.removeprefix(f"{key}.")].unit.key
    raise KeyError(address)


def test_a_time_is_printed_in_the_unit_people_say() -> None:
    said = words_of(
        html_of(
            {
                "framing": {"freshness_requirement_s": 300, "problem_statement": "x"},
                "model": {"training.duration_h": 36},
                "monitoring": {"rollback.minutes": 5},
            }
        )
    )
    assert "freshness 5 min" in said
    assert "training takes 36 h" in said
    assert "rolling back takes 5 min" in said


def test_flags_are_printed_with_their_label() -> None:
    rows = [
        {"row": "a", "id": "one", "critical": True, "sensitive": False, "derives_from_label": True},
        {"row": "b", "id": "two", "critical": False, "sensitive": False},
    ]
    said = words_of(html_of({"features": {"rows": rows}}))
    assert "only where a row says so: sensitive, critical." in said
    assert "made from labels; critical" in said


def test_what_holds_for_all_rows_is_said_once() -> None:
    rows = [{"row": f"r{i}", "id": f"f{i}", "transform": "shared", "owner": "us"} for i in range(3)]
    said = words_of(html_of({"features": {"rows": rows}}))
    assert "three features. for all of them: owner: us; transform code: shared." in said
    assert said.count("transform code") == 1


def test_a_design_in_use_is_printed_whole(video: AllAnswers, printed: str) -> None:
    said = words_of(printed)
    for expected in (
        "tree ranker over popular candidates",
        "long_view_label",
        "0.014 ndcg over trees",
        "rate limit per account",
        "seven short runbooks",
        "the ml test score",
        "how does your team decide to retire",
    ):
        assert expected in said


# -- structure


@pytest.mark.parametrize("stage", STAGES.values(), ids=lambda stage: stage.key)
def test_the_sections_name_every_field_once(stage: Any) -> None:
    named = [key for section in SECTIONS[stage.key] for key in section.fields]
    if stage.key == "general":
        named += ON_COVER
    assert sorted(named) == sorted(stage.fields)


def test_a_field_that_no_section_names_comes_last() -> None:
    from dataclasses import replace

    stage = STAGES["features"]
    known = stage.fields["encoding"]
    question = Question("later", "Something new?", ("later",))
    grown = replace(stage, questions=(*stage.questions, question))
    assert known is not None
    assert [section.heading for section in sections(grown)][-1] == "Something new?"


@pytest.mark.parametrize("address", TABLES)
def test_the_columns_of_tables_exist_and_fill_the_page(address: str) -> None:
    stage_key, _, key = address.partition(".")
    columns = STAGES[stage_key].tables[key].columns
    layout = TABLES[address]
    for column in layout.columns:
        assert column.key in {**columns, **COMPUTED.get(address, {})}
        assert not column.also or column.also in columns
    assert layout.width in {120, 166}


def test_every_table_has_set_columns_or_a_form_of_its_own() -> None:
    addresses = {f"{s.key}.{key}" for s in STAGES.values() for key in s.tables}
    assert addresses - set(TABLES) == {"general.tradeoffs"}


def test_ids_are_unique_and_links_lead_to_them(printed: str) -> None:
    ids = re.findall(r'\bid="([^"]+)"', printed)
    assert len(ids) == len(set(ids))
    targets = set(re.findall(r'href="#([^"]+)"', printed))
    assert targets <= set(ids)
    assert len(targets) > 60


def test_ids_of_a_stage_begin_with_the_stage(printed: str) -> None:
    for stage in NUMBERED_STAGES:
        start = printed.index(f'<section class="part" id="{stage.key}">')
        end = printed.index("</section>", start)
        ids = re.findall(r'\bid="([^"]+)"', printed[start:end])
        drawn = [one for one in ids if re.fullmatch(r"d[0-9a-f]{10}-\d+", one)]
        assert all(one.startswith(stage.key) for one in ids if one not in drawn)
        assert len(ids) > 3


def test_headings_do_not_jump(printed: str) -> None:
    levels = [int(level) for level in re.findall(r"<h([1-6])", printed)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(b <= a + 1 for a, b in pairwise(levels))


def test_the_contents_name_parts_and_sections(printed: str) -> None:
    contents = printed[printed.index('class="toc"') : printed.index('<section class="part"')]
    for slug in ("overview", "framing", "monitoring", "general", "findings", "colophon"):
        assert f'href="#{slug}"' in contents
    assert "Where numbers disagree" in contents
    assert "Figure 6.1&nbsp; Latency budget" in contents


def test_ids_of_rows_become_links(video: AllAnswers) -> None:
    answers = {
        **video,
        "framing": {
            **video["framing"],
            "decision": "Order by watch_min, see `mt_dnn` and other_id",
        },
    }
    html = html_of(answers)
    decision = html[html.index("Order by") :][:400]
    row = re.search(r'<tr id="([^"]+)"[^>]*><th scope="row"><span class="id">watch_min', html)
    assert row is not None
    assert f'<a class="id" href="#{row[1]}">watch_min</a>' in decision
    assert re.search(r'<code><a href="#model-candidates-[^"]+">mt_dnn</a></code>', decision)
    assert "and other_id" in decision


# -- what is missing


def test_an_empty_design_says_what_is_not_answered() -> None:
    said = words_of(html_of())
    assert said.count("nothing is written here yet.") == len(NUMBERED_STAGES) + 1
    assert "not answered yet: what hurts today, and who gains when it is fixed?" in said
    assert "untitled design" in words_of(html_of(meta=Meta("  ")))


def test_an_answered_question_is_not_missing() -> None:
    said = words_of(html_of({"framing": {"problem_statement": "Drivers circle."}}))
    assert "what hurts today" not in said
    assert "not answered yet: which number does the business already report?" in said


def test_a_question_that_is_not_asked_is_not_missing() -> None:
    asked = "how does the catalogue narrow down?"
    assert asked not in words_of(html_of())
    assert asked in words_of(html_of({"framing": {"catalogue_size": 1_000_000}}))


def test_a_complete_design_misses_nothing(printed: str) -> None:
    assert "Not answered yet" not in printed
    assert "Nothing is written here yet" not in printed


def test_an_answer_whose_condition_no_longer_holds_is_kept() -> None:
    assert "12 usd" in words_of(html_of({"framing": {"cost_fp": 12}}))


# -- options and facts


def test_findings_are_printed_only_when_asked_for() -> None:
    answers: AllAnswers = {"framing": {"timeliness": "online", "problem_statement": "x"}}
    without = html_of(answers)
    assert "Open findings" not in without
    assert "An online system without a latency limit" not in without
    said = html_of(answers, findings=True)
    assert "Appendix A" in said
    assert "An online system without a latency limit" in said
    assert "framing.latency-not-stated" in said.replace("\u200b", "")


def test_a_finding_leads_to_its_place() -> None:
    rows = [{"row": "r1", "id": "alone", "kind": "batch"}]
    html = html_of({"features": {"rows": rows}, "framing": {"timeliness": "online"}}, findings=True)
    findings = html[html.index('id="findings"') :]
    assert 'href="#features-rows-r1"' in findings
    assert "Features, alone, Owner" in findings
    assert re.search(r'<span class="flag flag--error">.&nbsp;\d+ errors?</span>', html)


def test_a_check_that_finds_much_says_its_hint_once() -> None:
    rows = [{"row": f"r{i}", "id": f"f{i}"} for i in range(5)]
    html = html_of({"features": {"rows": rows}}, findings=True)
    assert html.count("Owner and deletion rule.") == 1
    assert html.count("has no owner") == 5


def test_no_finding_is_said_too(video: AllAnswers) -> None:
    design = Design.of(video)
    assert "No check finds anything" in document_html(design, META, Options(findings=True), ())


@pytest.mark.parametrize(("paper", "links"), [("A4", 2), ("Letter", 3)])
def test_the_paper_chooses_the_style(paper: str, links: int) -> None:
    html = html_of(paper=paper)
    assert html.count('rel="stylesheet"') == links
    assert ('href="letter.css"' in html) == (paper == "Letter")


def test_the_cover_says_what_is_known_and_nothing_else() -> None:
    cover = html_of({"general": {"target_level": "L6"}}).partition('class="toc"')[0]
    for part in ("Ada Nowak", "14, content 847bec77", "20 November 2026", "In review", "L6+"):
        assert part in cover
    bare = html_of(meta=Meta("Bare")).partition('class="toc"')[0]
    assert "cover__facts" not in bare
    assert "dcterms" not in bare
    assert 'name="author"' not in bare


def test_many_authors_are_counted() -> None:
    meta = Meta("A", tuple(f"Author {i}" for i in range(9)))
    assert "Author 4 and 4 others" in html_of(meta=meta)
    assert 'content="Author 0, Author 1' in html_of(meta=meta)


def test_the_same_design_gives_the_same_document(video: AllAnswers) -> None:
    assert html_of(video) == html_of(worked("video"))


# -- hostile and huge


HOSTILE = (
    "<script>alert(1)</script><style>@page{size:1cm}</style>"
    '<svg onload="x()"><use href="#a"/></svg>'
    '<img src="file:///etc/passwd"><link rel="attachment" href="file:///etc/passwd">'
    '<b hx-get="/x">b</b> [x](javascript:alert(1)) "quoted" {{ title }} {% load x %}'
)


def hostile_answers() -> AllAnswers:
    def filled(field: Field) -> Any:
        if field.is_table:
            return [{"row": "r1", **{key: filled(c) for key, c in field.columns.items()}}]
        if field.is_many:
            return [HOSTILE]
        return None if field.kind in {Kind.QUANTITY, Kind.FLAG} else HOSTILE

    return {
        stage.key: {k: v for k, f in stage.fields.items() if (v := filled(f)) is not None}
        for stage in STAGES.values()
    }


class Elements(HTMLParser):
    """Every tag of a document with its attributes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def test_hostile_text_becomes_words() -> None:
    meta = Meta(HOSTILE, (HOSTILE,), HOSTILE, HOSTILE, None, HOSTILE)
    html = html_of(hostile_answers(), meta, findings=True)
    assert words_of(html).count("alert(1)") > 50
    for tag, attributes in Elements(html).found:
        assert tag not in {"script", "style", "img", "use", "iframe", "object", "base"}
        assert tag != "link" or attributes["rel"] == "stylesheet"
        assert not [name for name in attributes if name.startswith(("on", "hx-"))]
        assert "style" not in attributes or tag == "col"
        href = attributes.get("href") or "#"
        assert href.startswith(("#", "http")) or tag == "link"


@pytest.mark.parametrize(
    ("answers", "says"),
    [
        ({"features": {"rows": [{"row": f"r{i}"} for i in range(ROWS + 1)]}}, "1\u202f001 rows"),
        ({"framing": {"decision": "x" * (CHARACTERS + 1)}}, "600\u202f001 characters"),
        ({"framing": {"decision": "x\n" * (LINES + 1)}}, "12\u202f001 lines"),
    ],
)
def test_a_limit_is_named(answers: AllAnswers, says: str) -> None:
    with pytest.raises(LimitExceededError, match=says):
        html_of(answers)


# -- words


@pytest.mark.parametrize(
    ("typed", "set_as"),
    [
        ('say "this" (and "that")', "say “this” (and “that”)"),
        ("it's 'so' in the '90s", "it\u2019s \u2018so\u2019 in the \u201990s"),
        ("10 000 rows in 24 h at 0.2 %", "10\u202f000 rows in 24\u202fh at 0.2\u202f%"),
        ("from -5 to 3, not a-5", "from \u22125 to 3, not a-5"),
        ("a -> b", "a → b"),
        ("x->y", "x->y"),
        ("2026-11-20", "2026-11-20"),
        ("wait...", "wait…"),
    ],
)
def test_words_are_set_with_the_marks_of_print(typed: str, set_as: str) -> None:
    assert tidy(typed) == set_as


@pytest.mark.parametrize(
    ("typed", "set_as"),
    [("train daily", "Train daily"), ("p99 over 5", "p99 over 5"), ("mt_dnn", "mt_dnn")],
)
def test_a_sentence_starts_with_a_capital_unless_it_starts_with_a_name(
    typed: str, set_as: str
) -> None:
    assert capitalised(typed) == set_as


def upper(text: str) -> str:
    return text.upper()


@pytest.mark.parametrize(
    ("html", "result"),
    [
        ("<p>a <em>b</em></p>", "<p>A <em>B</em></p>"),
        ("<pre><code>a</code></pre>b", "<pre><code>a</code></pre>B"),
        ('<a href="x>y">a</a>b', '<a href="x>y">a</a>B'),
        ("<svg><title>a</title><g/></svg>b", "<svg><title>a</title><g/></svg>B"),
        ("a &lt; b", "A < B"),
    ],
)
def test_only_words_between_tags_are_touched(html: str, result: str) -> None:
    assert in_text(html, upper) == result


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("grouped by use", '<p><span class="q">Why.</span> Grouped by use.</p>'),
        ("Done!", '<p><span class="q">Why.</span> Done!</p>'),
        (
            "- a\n- b",
            '<p class="q1"><span class="q">Why.</span></p><ul>\n<li>a</li>\n<li>b</li>\n</ul>',
        ),
        ("one\n\ntwo", '<p><span class="q">Why.</span> one</p>\n<p>two</p>'),
    ],
)
def test_the_question_is_run_into_the_prose(text: str, html: str) -> None:
    assert Typesetter(Design()).prose(text, "Why") == html


def test_long_entries_become_a_list() -> None:
    setter = Typesetter(Design())
    assert setter.listed(("a", "b"), "Why") == '<p><span class="q">Why.</span> A; b.</p>'
    assert "<li>" in setter.listed(("a" * 91, "b"))
    assert "<li>" not in setter.listed(("a" * 91,))


# -- arithmetic


def experiment(**more: Any) -> Design:
    plan: dict[str, Any] = {
        "metric_type": "mean", "mean": 42.0, "sd": 60.0, "mde_relative_pct": 0.5, "alpha": 0.05,
        "power": 0.8, "treatment_pct": 5, "eligible_units": 200_000_000,
    } | more  # fmt: skip
    return Design.of({"metrics": {f"ab.{key}": value for key, value in plan.items()}})


def test_the_sample_size_of_a_mean() -> None:
    size = sample_size(experiment())
    assert size is not None
    assert size.needed == "1\u202f281\u202f450"  # 2 (1.960 + 0.842)^2 60^2 / 0.21^2
    assert size.is_enough is True
    assert "7.8 times" in size.note


def test_the_sample_size_of_a_proportion() -> None:
    size = sample_size(experiment(metric_type="proportion", rate=0.04, mde_relative_pct=10))
    assert size is not None
    assert size.needed == "39\u202f473"  # (1.960 + 0.842)^2 (0.04 0.96 + 0.044 0.956) / 0.004^2
    assert size.shares == ("0.04", "0.044")


@pytest.mark.parametrize(
    "more",
    [
        {"mean": None}, {"sd": 0}, {"mde_relative_pct": 0}, {"alpha": 0}, {"power": 1},
        {"metric_type": ""}, {"sd": 1e308}, {"mean": 1e-300}, {"mean": 1e308},
    ],
)  # fmt: skip
def test_no_sample_size_follows_from_less(more: dict[str, Any]) -> None:
    assert sample_size(experiment(**more)) is None


def test_the_rows_that_follow_from_the_rates(video: AllAnswers) -> None:
    rows = rows_of_training(Design.of(video))
    assert rows is not None
    assert rows.rows == "1\u202f116\u202f000\u202f000"
    assert rows.agrees is True
    stated = {**video, "data": {**video["data"], "rows_train": 3_000_000}}
    differing = rows_of_training(Design.of(stated))
    assert differing is not None
    assert differing.agrees is False


def test_replicas_are_compared_with_what_the_peak_needs() -> None:
    row = {
        "row": "r1", "id": "ranking", "service_ms": 13, "concurrency": 4, "utilisation": 0.6,
        "replicas": 90,
    }  # fmt: skip
    answers: AllAnswers = {
        "framing": {"peak_qps": 20_000},
        "serving": {"zones": 3, "components": [row]},
    }
    said = words_of(html_of(answers))
    assert "ranking 13 ms 4 90 109 60 < 65" in said  # 260 in flight: / (4 0.6), and / 4
    assert "a zone lost" in said
    assert "a zone lost" not in words_of(html_of({"serving": {"components": [row]}}))


def test_no_rows_follow_without_a_label() -> None:
    assert rows_of_training(Design()) is None


def test_results_are_printed_with_their_numbers(printed: str) -> None:
    words = words_of(printed)
    for said in (
        "at most 100 ms (latency limit) ✓ kept p99 of the request path",
        "= 5 ms + 12 ms + 18 ms + 12 ms + 25 ms + 6 ms = 78 ms",
        "replicas needed at peak ranking = peak load × calls a request",  # the fullest of six
        "= 20 000/s × 1 × 13 ms ÷ 1000 ÷ (4 × 0.6), rounded up = 109",
        "= 180 − 180 ÷ 3, rounded down = 120",
        "every critical component has a fallback",
        "× 0.01 = 250 000",
        "= 120 m × 1 % × 24 h ÷ 24 h/day × 0.002 = 2400",
    ):
        assert said in words
    assert "not kept" not in words


def test_a_result_over_its_limit_is_marked(video: AllAnswers) -> None:
    framing = {**video["framing"], "peak_qps": 40_000, "latency_slo_ms": 82}
    html = html_of({**video, "framing": framing})
    assert "at least 130 (busy at peak) × not kept" in words_of(html)
    assert html.count('flag--error">×&nbsp;not kept') == 1  # the replicas
    assert html.count('flag--warning">×&nbsp;not kept') == 1  # the lost zone


@pytest.mark.parametrize("absurd", [0, -1, 1e308, math.inf, math.nan, None])
def test_absurd_results_are_not_printed(video: AllAnswers, absurd: float | None) -> None:
    before: Any = video["serving"]
    rows = [{**row, "p99_ms": absurd} for row in before["components"]]
    results = of_serving(Design.of({**video, "serving": {**before, "components": rows}}))
    assert results is not None
    path = CALCULATIONS["serving.path_p99"].title
    assert path not in {result.title for result in results.results}
    assert of_serving(Design()) is None
    assert of_monitoring(Design()) is None
