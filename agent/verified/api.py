"""Verified answers over the API: read and withdraw. Verifying is done where the answer is read."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.http import HttpRequest
from ninja import Router, Schema, Status

from accounts.access import api_business
from accounts.models import User
from agent.models import VerifiedAnswer
from agent.verified import answers

router = Router(tags=["Knowledge"])


class VerifiedOut(Schema):
    """`broken` says why its plan did not work when it was last asked; empty while it does."""

    id: int
    question: str
    note: str
    verified_by: str
    verified_at: datetime
    uses: int
    last_used_at: datetime | None
    broken: str


@router.get("/agent/verified", response=list[VerifiedOut], summary="Verified answers")
def list_verified(request: HttpRequest, business_id: UUID | None = None) -> list[VerifiedOut]:
    """The newest first; at most 100."""
    business = api_business(request, business_id, permission="use:agent")
    return [_out(found) for found in answers.verified_answers(business)]


@router.delete("/agent/verified/{verified_id}", response={204: None}, summary="Withdraw a verified answer")
def withdraw(request: HttpRequest, verified_id: int, business_id: UUID | None = None) -> Status[None]:
    """The question is answered as any other again."""
    business = api_business(request, business_id, permission="write:notes")
    user = request.user if isinstance(request.user, User) else None
    answers.withdraw(answers.verified_of(business, verified_id), user=user)
    return Status(204, None)


def _out(found: VerifiedAnswer) -> VerifiedOut:
    return VerifiedOut(
        id=found.pk, question=found.question, note=found.note, verified_by=answers.owner_name(found),
        verified_at=found.verified_at, uses=found.uses, last_used_at=found.last_used_at, broken=found.broken,
    )  # fmt: skip
