"""People and designs for tests, made through the same functions that the product uses."""

from __future__ import annotations

from itertools import count
from typing import Any

from allauth.account.models import EmailAddress

from mlsd_app.accounts.models import User
from mlsd_app.designs.examples import example_called, load_examples
from mlsd_app.designs.models import Design
from mlsd_app.designs.saving import create_design

_number = count(1)


def make_user(name: str = "Ada Nowak") -> User:
    return User.objects.create_user(
        f"person{next(_number)}@example.org", "correct horse", name=name
    )


def confirmed(user: User) -> User:
    """``user``, who has shown that their address is theirs."""
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


def make_design(owner: User, **stages: dict[str, Any]) -> Design:
    """A design with the given answers by stage; rows need no names, they get them here."""
    return create_design(owner, {"general": {"title": "Feed"}, **stages})


def make_complete_design(owner: User) -> Design:
    """A copy of the worked video example."""
    example = Design.objects.examples().filter(example="video").first()
    if example is None:
        load_examples()
        example = example_called("video")
    answers = {stage: row.answers for stage, row in example.contents().items()}
    return create_design(owner, answers)


def clock(design: Design) -> int:
    """What a page of ``design`` that is loaded now is based on."""
    return Design.objects.values_list("clock", flat=True).get(pk=design.pk)


def answer(design: Design, address: str) -> Any:
    """What is stored now at ``stage.field``, or at ``stage.table/ROW.column``."""
    stage, _, rest = address.partition(".")
    field, slash, cell = rest.partition("/")
    value = design.contents()[stage].answers.get(field)
    if not slash:
        return value
    row, _, column = cell.partition(".")
    found = next(one for one in value or () if one["row"] == row)
    return found.get(column) if column else found


def rows(design: Design, address: str) -> list[dict[str, Any]]:
    """The rows stored now in the table at ``stage.table``."""
    return answer(design, address) or []
