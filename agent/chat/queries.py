"""Reading conversations: a person sees their own and nobody else's."""

from __future__ import annotations

import uuid

from accounts.errors import NotYours
from accounts.models import Business, User
from agent.models import Conversation, Message, ToolCall

SHOWN = 30
MOST_MESSAGES = 200


def conversations(business: Business, user: User) -> tuple[Conversation, ...]:
    """The person's newest conversations. One query."""
    return tuple(Conversation.objects.of(business).of_user(user).order_by("-updated_at", "pk")[:SHOWN])


def conversation(business: Business, user: User, conversation_id: uuid.UUID) -> Conversation:
    """Errors: NotYours when it does not exist or is somebody else's."""
    found = Conversation.objects.of(business).of_user(user).filter(pk=conversation_id).first()
    if found is None:
        raise NotYours("There is no such conversation.")
    return found


def messages(business: Business, of: Conversation) -> tuple[Message, ...]:
    """The newest turns of a conversation, oldest first. One query."""
    newest = Message.objects.of(business).filter(conversation=of).order_by("-seq")[:MOST_MESSAGES]
    return tuple(reversed(newest))


def answer(business: Business, user: User, message_id: uuid.UUID) -> Message:
    """An answer of the person's own. Errors: NotYours."""
    found = (
        Message.objects.of(business)
        .filter(pk=message_id, conversation__user_id=user.pk, role=Message.Role.ASSISTANT)
        .select_related("conversation")
        .first()
    )
    if found is None:
        raise NotYours("There is no such answer.")
    return found


def tool_calls(business: Business, message: Message) -> tuple[ToolCall, ...]:
    """What was read for an answer, in order. One query."""
    return tuple(ToolCall.objects.of(business).filter(message=message).order_by("call"))
