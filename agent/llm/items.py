"""What a conversation puts on the desk of the thread that asked, and who serves it there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from agent.llm.cost import Tokens


@dataclass(frozen=True, slots=True)
class Asked:
    """A tool the model calls; the answer goes back through `reply`."""

    name: str
    args: dict[str, Any]
    reply: Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Piece:
    """Words of the model."""

    text: str


@dataclass(frozen=True, slots=True)
class Begun:
    """A request is on its way; until `Counted` follows, nobody knows what it costs."""


@dataclass(frozen=True, slots=True)
class Counted:
    """A request was answered. Without tokens the provider named none; without a reason the stream was cut."""

    tokens: Tokens | None
    finish_reason: str
    milliseconds: int


@dataclass(frozen=True, slots=True)
class Ended:
    """The conversation is over; with an error, it is over early."""

    error: BaseException | None = None


Item = Asked | Piece | Begun | Counted | Ended


class Desk(Protocol):
    """Serves a conversation, on the thread that asked for the answer."""

    def serve(self, item: Item) -> None: ...

    def check(self) -> None:
        """Called before every item, and at least every 0.2 s."""

    def idle(self) -> None:
        """Called when nothing is to be served right now."""


class Failed(Exception):
    """The other side ended the conversation early; `cause` is what its client, or a limit, said."""

    def __init__(self, cause: BaseException) -> None:
        super().__init__(f"{type(cause).__name__}: {cause}")
        self.cause = cause
