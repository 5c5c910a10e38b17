"""What an evaluation came to, as a line of a file and as a row of the console.

`make eval` makes a database of its own and drops it, so it cannot be where results stay. The line is the measurement
and can be carried from wherever it was made; the row is what the console shows. Keeping a line twice is keeping it
once.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from accounts.errors import InvalidInput
from agent.evals.report import Report
from agent.models import EvaluationRun

LARGEST = 2**31 - 1


class Line(BaseModel):
    """One measurement of one engine; the fields are those of `EvaluationRun`."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    key: uuid.UUID
    at: AwareDatetime
    engine: str = Field(min_length=1, max_length=40, pattern=r"^[\w./-]+$")
    model: str = Field("", max_length=80)
    prompt_version: str = Field("", max_length=16)
    revision: str = Field("", max_length=40)
    questions: int = Field(ge=1, le=LARGEST)
    right_tools: Decimal = Field(ge=0, le=1, decimal_places=4)
    recall: Decimal | None = Field(ge=0, le=1, decimal_places=4)
    precision: Decimal | None = Field(ge=0, le=1, decimal_places=4)
    figures_right: Decimal | None = Field(ge=0, le=1, decimal_places=4)
    citations_valid: Decimal | None = Field(ge=0, le=1, decimal_places=4)
    abstained: Decimal | None = Field(ge=0, le=1, decimal_places=4)
    ungrounded: int = Field(ge=0, le=LARGEST)
    instead: int = Field(ge=0, le=LARGEST)
    p50_ms: int = Field(ge=0, le=LARGEST)
    p95_ms: int = Field(ge=0, le=LARGEST)
    input_tokens: int = Field(ge=0, le=LARGEST)
    most_input_tokens: int = Field(ge=0, le=LARGEST)
    cost_usd: Decimal = Field(ge=0, max_digits=14, decimal_places=6)
    broken: tuple[str, ...] = ()


def line_of(report: Report, *, at: datetime, model: str = "", prompt_version: str = "", revision: str = "") -> Line:
    """A report as it is kept. Shares to four places."""
    middle, most = report.input_tokens
    return Line(
        key=uuid.uuid4(), at=at, engine=report.engine, model=model, prompt_version=prompt_version, revision=revision,
        questions=len(report.outcomes), right_tools=_share(report.right_tools) or Decimal(0),
        recall=_share(report.recall), precision=_share(report.precision), figures_right=_share(report.figures_right),
        citations_valid=_share(report.citations_valid), abstained=_share(report.abstained),
        ungrounded=report.ungrounded, instead=report.instead, p50_ms=round(report.p50), p95_ms=round(report.p95),
        input_tokens=middle, most_input_tokens=most, cost_usd=report.cost,
        broken=(*report.broken(), *report.slow_or_long()),
    )  # fmt: skip


def read_lines(texts: Iterable[str]) -> list[Line]:
    """The lines of a file; empty ones are passed over. Errors: InvalidInput naming the first that is none."""
    lines = []
    for number, text in enumerate(texts, 1):
        if not text.strip():
            continue
        try:
            lines.append(Line.model_validate_json(text))
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(str(part) for part in first["loc"]) or "the line"
            raise InvalidInput(f"Line {number} is no evaluation: {where}: {first['msg']}.") from None
    return lines


def keep(lines: Iterable[Line]) -> int:
    """Write what is not kept yet; returns how many."""
    new = {line.key: line for line in lines}
    known = set(EvaluationRun.objects.filter(key__in=new).values_list("key", flat=True))
    rows = [_row(line) for key, line in new.items() if key not in known]
    return len(EvaluationRun.objects.bulk_create(rows, ignore_conflicts=True))


def _row(line: Line) -> EvaluationRun:
    fields = line.model_dump()
    return EvaluationRun(**{**fields, "broken": list(line.broken)})


def _share(share: float | None) -> Decimal | None:
    return None if share is None else Decimal(f"{share:.4f}")
