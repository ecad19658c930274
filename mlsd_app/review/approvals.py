"""Which stages a mentor found ready. An approval holds while the stage is what it was then."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from mlsd_app.designs.models import Design, StageAnswers
from mlsd_app.review.models import Approval
from mlsd_app.stages.design import NUMBERED_STAGES
from mlsd_app.stages.fields import Stage


@dataclass(frozen=True)
class StageApproval:
    """Where a stage stands: who approved it as it is, and who did before it changed."""

    stage: Stage
    content_hash: str
    holding: list[Approval] = field(default_factory=list)  # the newest first, one a mentor
    outdated: list[Approval] = field(default_factory=list)  # likewise, of other contents

    @property
    def is_approved(self) -> bool:
        return bool(self.holding)

    @property
    def is_reopened(self) -> bool:
        return bool(self.outdated) and not self.holding

    @property
    def said(self) -> Approval | None:
        """The approval to name: one that holds, or else the newest."""
        return next(iter((*self.holding, *self.outdated)), None)


def approvals_of(
    design: Design, contents: Mapping[str, StageAnswers]
) -> Mapping[str, StageApproval]:
    """Where each of the seven stages stands, by key. One query, none before a review."""
    standing = {
        stage.key: StageApproval(stage, contents[stage.key].content_hash)
        for stage in NUMBERED_STAGES
    }
    given = Approval.objects.filter(design=design).select_related("round", "revision")
    named: set[tuple[str, str, bool]] = set()
    for one in given.order_by("-round__submitted_at") if design.has_reviews else ():
        place = standing[one.stage]
        holds = one.content_hash == place.content_hash
        key = (one.stage, str(one.round.mentor_id or one.round.mentor_name), holds)
        if key not in named:
            named.add(key)
            (place.holding if holds else place.outdated).append(one)
    return standing
