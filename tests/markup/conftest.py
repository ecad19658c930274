from __future__ import annotations

from collections.abc import Iterator

import pytest

from mlsd_app.markup import diagrams, rendering


@pytest.fixture(autouse=True)
def _nothing_remembered() -> Iterator[None]:
    """No test sees what another rendered."""
    yield
    rendering.forget()
    diagrams.forget()
