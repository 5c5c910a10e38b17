"""What the asking thread does while a model works: runs its tools, counts its requests, passes its words on."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from agent.engines import Event, Tell
from agent.llm import limits
from agent.llm.items import Asked, Begun, Counted, Item, Piece
from agent.llm.ledger import Ledger
from agent.llm.limits import Refused
from agent.llm.toolbox import Toolbox, for_model
from agent.models import AgentRun

#: Words are passed on in pieces of about this size, since each is a row.
PIECE = 120
#: Seconds between two questions whether the person stopped the run.
LOOK = 1.0


class Stopped(Exception):
    """The person stopped the run."""


@dataclass(slots=True)
class RunDesk:
    """Serves one run. `quiet` keeps the words back: those of a repair replace what was told already."""

    toolbox: Toolbox
    ledger: Ledger
    tell: Tell
    stopped: Callable[[], bool]
    clock: Callable[[], float] = time.monotonic
    quiet: bool = False
    finish_reason: str = ""
    _since: float = 0.0
    _looked: float = 0.0
    _words: str = ""
    _characters: int = 0

    def start(self) -> None:
        self._since = self._looked = self.clock()

    def serve(self, item: Item) -> None:
        if isinstance(item, Piece):
            self._take(item.text)
            return
        self.idle()
        if isinstance(item, Asked):
            result = self.toolbox.call(item.name, item.args)
            self.tell(Event.tool(result))
            item.reply(for_model(result))
        elif isinstance(item, Begun):
            self.ledger.begin()
        elif isinstance(item, Counted):
            self.finish_reason = item.finish_reason
            self.ledger.end(item)

    def check(self) -> None:
        """Errors: Refused when the time of a run is over; Stopped."""
        now = self.clock()
        if now - self._since > limits.WALL_CLOCK.total_seconds():
            raise Refused(AgentRun.Fallback.LIMIT, error="The time of a run was over.")
        if now - self._looked >= LOOK:
            self._looked = now
            if self.stopped():
                raise Stopped

    def idle(self) -> None:
        """Pass on the words that have come."""
        words, self._words = self._words, ""
        if words and not self.quiet:
            self.tell(Event.text(words))

    def _take(self, text: str) -> None:
        self._characters += len(text)
        if self._characters > limits.MOST_CHARACTERS:
            raise Refused(AgentRun.Fallback.LIMIT, error="The model did not stop writing.")
        self._words += text
        if len(self._words) >= PIECE:
            self.idle()
