"""A file of several accounts becomes a statement for each: copied trades are separate, and never mixed."""

from __future__ import annotations

from ingestion.models import Statement
from ingestion.trading.accounts.recognise import number_hash
from ingestion.trading.statements.keeping import keep
from ingestion.trading.statements.understand import Understood


def split(statement: Statement, data: bytes, found: Understood) -> list[Statement]:
    """Make the statements of the file's further accounts, once; their reading is for the caller to enqueue."""
    if not found.others or "only" in statement.answers:
        return []
    business = statement.business
    made = []
    for number in found.others:
        hashed = number_hash(business, number)
        same = Statement.objects.of(business).filter(sha256=statement.sha256, answers__only=hashed)
        if not same.exists():
            made.append(_sibling(statement, data, hashed))
    statement.answers = statement.answers | {"only": number_hash(business, found.number)}
    statement.save(update_fields=["answers"])
    return made


def _sibling(statement: Statement, data: bytes, hashed: str) -> Statement:
    answers = {key: value for key, value in statement.answers.items() if key != "account"}
    return keep(
        statement.business, data=data, filename=statement.filename, sha256=statement.sha256, way=statement.way,
        user=statement.uploaded_by, now=statement.created_at, account=None, answers=answers | {"only": hashed},
    )  # fmt: skip
