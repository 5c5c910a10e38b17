"""What members decide about a statement: answers, possible duplicates, and reading it once more."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from django.db import transaction
from django.utils import timezone

from accounts.errors import InvalidInput
from accounts.events import record
from accounts.models import User
from ingestion.models import Statement, StatementRow
from ingestion.trading.statements import mappings
from ingestion.trading.statements.receive import enqueue

State = Statement.State
Status = StatementRow.Status
LONGEST = 200


def answer(statement: Statement, given: Mapping[str, str], *, actor: User | None) -> None:
    """Take answers to open questions and read on. Further answers for columns are kept with the header.

    Errors: InvalidInput where an answer is missing, or is none of the choices.
    """
    if statement.state != State.NEEDS_INPUT:
        raise InvalidInput("This statement asks nothing any more.", code="not_asked")
    taken = {}
    for question in statement.questions:
        value = str(given.get(question["key"], "")).strip()
        _check(question, value)
        taken[question["key"]] = value
    extra = {key: value for key, value in given.items() if key.startswith(mappings.COLUMN) and value}
    answers = {**statement.answers, **extra, **taken}
    _go_on(statement, answers)
    record(
        "trading.statements.answered", business=statement.business, actor=actor, subject=statement, keys=sorted(taken)
    )


def _check(question: Mapping[str, object], value: str) -> None:
    key = str(question["key"])
    if not value or len(value) > LONGEST:
        raise InvalidInput(f"“{question['text']}” needs an answer.", code="answer_missing", field=key)
    choices = [str(choice[0]) for choice in question["choices"]]  # type: ignore[attr-defined]
    if choices and value not in choices:
        raise InvalidInput(f"“{value}” is none of the choices.", code="unknown_choice", field=key)


def map_columns(statement: Statement, columns: Mapping[str, str], *, rows: str, actor: User | None) -> None:
    """Say what the columns of an unknown header are: column → field. Kept for the next file of this header.

    Errors: InvalidInput where two columns are given one field.
    """
    named = {column: field for column, field in columns.items() if field}
    if len(set(named.values())) < len(named):
        raise InvalidInput("Each field can be one column only.", code="field_twice")
    if statement.state not in (State.NEEDS_INPUT, State.FAILED, State.PARTIAL):
        raise InvalidInput("The columns of this statement are settled.", code="not_asked")
    answers = {key: value for key, value in statement.answers.items() if not key.startswith(mappings.COLUMN)}
    answers |= {f"{mappings.COLUMN}{field}": column for column, field in named.items()} | {"rows": rows}
    _go_on(statement, answers)
    record("trading.statements.mapped", business=statement.business, actor=actor, subject=statement, columns=len(named))


def read_again(statement: Statement, *, actor: User | None) -> None:
    """Read it once more from its bytes: after a failure, or with other settings of its account."""
    _go_on(statement, statement.answers)
    record("trading.statements.retried", business=statement.business, actor=actor, subject=statement)


def keep_duplicates(statement: Statement, numbers: Collection[int], *, keep: bool, actor: User | None) -> int:
    """Count possible duplicates as trades of their own, or leave them out for good. Returns how many it were."""
    rows = StatementRow.objects.of(statement.business).filter(
        statement=statement, number__in=numbers, status=Status.POSSIBLE_DUPLICATE
    )
    found = sorted(rows.values_list("number", flat=True))
    if not found:
        return 0
    with transaction.atomic():
        if keep:
            kept = [*str(statement.answers.get("keep", "")).split(","), *map(str, found)]
            _go_on(statement, statement.answers | {"keep": ",".join(sorted({one for one in kept if one}, key=int))})
        else:
            rows.update(status=Status.OTHER, resolved_at=timezone.now(), resolution="left_out")
            _count_left_out(statement, len(found))
    record(
        "trading.statements.duplicates_settled", business=statement.business, actor=actor, subject=statement,
        rows=len(found), kept=keep,
    )  # fmt: skip
    return len(found)


def _count_left_out(statement: Statement, number: int) -> None:
    counts = dict(statement.counts)
    counts["duplicate"] -= number
    counts["other"] += number
    statement.counts = counts
    if statement.state == State.PARTIAL and not counts["duplicate"] and not counts["quarantined"]:
        statement.state = State.DONE
    statement.save(update_fields=["counts", "state"])


def _go_on(statement: Statement, answers: Mapping[str, str]) -> None:
    statement.answers = dict(answers)
    statement.state = State.RECEIVED
    statement.error_code = statement.error_message = ""
    statement.finished_at = None
    statement.save(update_fields=["answers", "state", "error_code", "error_message", "finished_at"])
    enqueue(statement)
