"""What is said about a file: a finding of a check, or a problem of the file itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from mlsd_app.checklist import Finding, Severity
from mlsd_app.checklist.bar import Hidden, Judged
from mlsd_app.interchange import Place, Problem, ProblemKind, Reading, Waiver


@dataclass(frozen=True, slots=True)
class FileCheck:
    """What is looked for in the file before its answers are checked."""

    severity: Severity
    title: str
    why: str


LEFT_OUT = "What was left out is checked as if it had not been written."
KEPT = "It is kept as it stands, so that the checks can judge it."

FILE_CHECKS: Mapping[str, FileCheck] = {
    f"file.{ProblemKind.UNKNOWN_FIELD}": FileCheck(
        Severity.ERROR, "The file names something that no stage asks for.", LEFT_OUT
    ),
    f"file.{ProblemKind.WRONG_TYPE}": FileCheck(
        Severity.ERROR, "A value is not of the type that its field asks for.", LEFT_OUT
    ),
    f"file.{ProblemKind.OUT_OF_RANGE}": FileCheck(
        Severity.WARNING, "A number is outside the range of its field.", KEPT
    ),
    f"file.{ProblemKind.UNKNOWN_CHOICE}": FileCheck(
        Severity.WARNING, "A word is not among the choices of its field.", KEPT
    ),
    f"file.{ProblemKind.TOO_LONG}": FileCheck(
        Severity.WARNING, "A text or a table is longer than a design holds.", "What fits is kept."
    ),
    f"file.{ProblemKind.CONTROL_CHARACTER}": FileCheck(
        Severity.WARNING,
        "A text holds invisible control characters.",
        "It is kept without them.",
    ),
    f"file.{ProblemKind.DUPLICATE}": FileCheck(
        Severity.WARNING,
        "Something is written twice.",
        "Rows that share an id cannot be told apart by whatever refers to them.",
    ),
    "file.unused-waiver": FileCheck(
        Severity.HINT,
        "A waiver waives nothing.",
        "What it was given for is gone; the next finding of that kind would go unseen.",
    ),
    "file.outdated-waiver": FileCheck(
        Severity.WARNING,
        "A waiver was given for other values.",
        "Its reason was a judgement of what stood there then, so the finding counts again.",
    ),
    "file.waiver-without-reason": FileCheck(
        Severity.WARNING,
        "A waiver gives no reason.",
        "A waiver without a reason is only a finding that was switched off, so it still counts.",
    ),
}


@dataclass(frozen=True, slots=True)
class Remark:
    """One thing said about one file. ``place`` is where the address, or what contains it, stands.

    ``also`` are the other ends of a relation, with their places. ``hidden`` says why the bar does
    not show it, or is empty. ``finding`` is absent for a problem of the file itself.
    """

    file: str
    check: str
    ref: str
    severity: Severity
    address: str
    message: str
    hint: str = ""
    place: Place | None = None
    also: tuple[tuple[str, Place | None], ...] = ()
    finding: Finding | None = None
    hidden: str = ""
    waiver: Waiver | None = None

    @classmethod
    def of_finding(cls, file: str, judged: Judged, reading: Reading) -> Remark:
        finding = judged.finding
        return cls(
            file,
            finding.check,
            finding.ref,
            judged.severity,
            finding.address,
            finding.message,
            finding.hint,
            reading.place_of(finding.address),
            tuple((address, reading.place_of(address)) for address in finding.also),
            finding,
            hidden=judged.reason if isinstance(judged, Hidden) else "",
        )

    @classmethod
    def of_problem(cls, file: str, problem: Problem, reading: Reading) -> Remark:
        place = problem.place or reading.place_of(problem.address)
        return cls.of_file(file, f"file.{problem.kind}", problem.address, problem.message, place)

    @classmethod
    def of_file(
        cls, file: str, check: str, address: str, message: str, place: Place | None
    ) -> Remark:
        """A remark of one of ``FILE_CHECKS``."""
        severity = FILE_CHECKS[check].severity
        return cls(file, check, "", severity, address, message, place=place)

    @property
    def counts(self) -> bool:
        """Whether the file is to be refused for it."""
        return self.severity is Severity.ERROR and not self.hidden and self.waiver is None
