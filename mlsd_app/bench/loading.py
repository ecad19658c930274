"""What a stage page asks of the database, and what a browser has to load for it."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator, Mapping
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urljoin

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from mlsd_app.bench.browsing import Visitor
from mlsd_app.bench.figures import Figure
from mlsd_app.bench.instance import Instance
from mlsd_app.designs.models import Design
from mlsd_app.stages.design import STAGES, AllAnswers

LEVEL = 6  # of gzip, the default of servers that compress pages
TIMES_THE_ROWS = 10

# What a module imports, now or later; browsers take no other addresses than such.
MODULE = re.compile(r"""(?:\bfrom|\bimport)\s*\(?\s*["'](\.{0,2}/[^"']+\.m?js)["']""")
STYLE = re.compile(r"""@import\s+(?:url\(\s*)?["']?([^"')\s;]+)""")


def measure_queries(instance: Instance) -> Iterator[Figure]:
    client = instance.client()
    worked = instance.worked_answers()
    designs = [instance.new_design(), instance.new_design(many_rows(worked))]
    most = max(queries_of(client, url) for design in designs for url in stage_urls(design))
    yield Figure(
        "stage page queries",
        most,
        12,
        "queries",
        f"fixed limit; the worst of eight pages, also with {TIMES_THE_ROWS} times the rows",
    )


def queries_of(client: Client, url: str) -> int:
    with CaptureQueriesContext(connection) as queries:
        response = client.get(url)
    if response.status_code != 200:
        raise ConnectionError(f"{url} answered {response.status_code}.")
    return len(queries)


def many_rows(answers: AllAnswers) -> AllAnswers:
    """``answers`` with every row of every table several times."""
    longer: dict[str, dict[str, Any]] = {stage: dict(given) for stage, given in answers.items()}
    for stage, given in longer.items():
        for table in STAGES[stage].tables.keys() & given.keys():
            given[table] = given[table] * TIMES_THE_ROWS
    return longer


def measure_weight(instance: Instance) -> Iterator[Figure]:
    design = instance.new_design()
    visitor = instance.visitor()
    pages = {url: visitor.open(url).text for url in stage_urls(design)}
    sizes = {url: len(gzip.compress(html.encode(), LEVEL)) for url, html in pages.items()}
    largest = max(sizes, key=sizes.__getitem__)
    stage = largest.rstrip("/").rpartition("/")[2]
    yield Figure(
        "stage page HTML",
        sizes[largest] / 1000,
        40,
        "kB",
        f"fixed limit; {stage}, the largest, gzipped",
    )

    files: dict[str, int] = {}
    for url, html in pages.items():
        files |= assets_of(visitor, url, html)
    yield Figure(
        "CSS and JavaScript",
        sum(files.values()) / 1000,
        90,
        "kB",
        f"fixed limit; {len(files)} files, gzipped as sent",
    )


def stage_urls(design: Design) -> list[str]:
    return [reverse("designs:stage_edit", args=[design.pk, stage]) for stage in STAGES]


def assets_of(visitor: Visitor, url: str, html: str) -> Mapping[str, int]:
    """Bytes sent for each style sheet and script of a page, and for whatever these import."""
    links = Links()
    links.feed(html)
    waiting = [urljoin(url, link) for link in links.found]
    sizes: dict[str, int] = {}
    while waiting:
        address = waiting.pop()
        if address in sizes:
            continue
        response = visitor.get(address)
        if response.status != 200:
            raise ConnectionError(f"{address} answered {response.status}.")
        sizes[address] = len(response.body)
        imports = STYLE if address.endswith(".css") else MODULE
        waiting += [urljoin(address, link) for link in imports.findall(response.text)]
    return sizes


class Links(HTMLParser):
    """The style sheets and scripts that a page names, in ``found``."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        kinds = (given.get("rel") or "").split()
        if tag == "script" and given.get("src"):
            self.found.append(given["src"] or "")
        elif tag == "link" and {"stylesheet", "modulepreload"}.intersection(kinds):
            self.found.append(given.get("href") or "")
