"""A conversation with a provider on a thread of its own, with a desk in front of it.

The provider's side is asynchronous and knows no database. What it needs (a tool called, a request counted, words
passed on) it puts on the desk, and the thread that asked for the answer does it there. So everything that touches
rows happens on one connection, in short transactions, and the asking thread can end the conversation at any time.
"""

from __future__ import annotations

import asyncio
import queue
import threading
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, suppress
from dataclasses import dataclass, field
from typing import Any

from pydantic_ai import Agent
from pydantic_ai import Tool as ModelTool
from pydantic_ai.exceptions import ModelHTTPError
from pydantic_ai.messages import (
    ModelMessage,
    ModelMessagesTypeAdapter,
    ModelResponse,
    PartDeltaEvent,
    PartStartEvent,
    TextPart,
    TextPartDelta,
)
from pydantic_ai.models import Model
from pydantic_ai.settings import ModelSettings
from pydantic_ai.usage import RunUsage, UsageLimits

from agent.llm import limits
from agent.llm.cost import Tokens
from agent.llm.draft import storable
from agent.llm.items import Asked, Begun, Counted, Desk, Ended, Failed, Item, Piece
from agent.tools.registry import Tool

#: How long the asking thread waits for something to do before it looks at the clock.
PAUSE = 0.2
OpenModel = Callable[[], AbstractAsyncContextManager[Model]]


@dataclass(slots=True)
class Session:
    """One conversation: what is said, by whom, with which tools, within which use so far."""

    open_model: OpenModel
    instructions: str
    tools: list[Tool]
    model_settings: ModelSettings
    usage: RunUsage = field(default_factory=RunUsage)
    messages: list[ModelMessage] = field(default_factory=list)
    new_messages: list[ModelMessage] = field(default_factory=list)
    _items: queue.Queue[Item] = field(default_factory=queue.Queue)

    def talk(self, prompt: str, desk: Desk) -> str:
        """Say `prompt` and serve what the model needs until it has answered; returns its last words.

        Errors: what the desk raises, which ends the conversation; Failed for whatever went wrong on the other side.
        """
        loop = asyncio.new_event_loop()
        task = loop.create_task(self._converse(prompt))
        thread = threading.Thread(target=_run, args=(loop, task, self._items), name="model", daemon=True)
        thread.start()
        try:
            return self._attend(desk)
        finally:
            with suppress(RuntimeError):  # the loop is closed: the conversation has ended
                loop.call_soon_threadsafe(task.cancel)
            thread.join(timeout=5)

    def history(self) -> Any:
        """The messages of this run as JSON, lossless but for characters that a database cannot hold."""
        return storable(ModelMessagesTypeAdapter.dump_python(self.new_messages, mode="json"))

    def _attend(self, desk: Desk) -> str:
        while True:
            desk.check()
            try:
                item = self._items.get(timeout=PAUSE)
            except queue.Empty:
                desk.idle()
                continue
            if isinstance(item, Ended):
                desk.idle()
                if item.error is not None:
                    raise Failed(item.error) from item.error
                return self._last_words()
            desk.serve(item)

    def _last_words(self) -> str:
        answer = next((each for each in reversed(self.messages) if isinstance(each, ModelResponse)), None)
        return "".join(part.content for part in answer.parts if isinstance(part, TextPart)) if answer else ""

    async def _converse(self, prompt: str) -> None:
        agent = Agent(
            instructions=self.instructions,
            tools=[self._as_model_tool(tool) for tool in self.tools],
            retries={"tools": limits.REQUESTS, "output": 1},
        )
        usage_limits = UsageLimits(
            request_limit=limits.REQUESTS,
            tool_calls_limit=limits.TOOL_CALLS,
            per_request_input_tokens_limit=limits.INPUT_TOKENS,
        )
        async with (
            self.open_model() as model,
            agent.iter(
                prompt, model=model, message_history=self.messages, usage=self.usage,
                usage_limits=usage_limits, model_settings=self.model_settings,
            ) as run,
        ):  # fmt: skip
            try:
                async for node in run:
                    if Agent.is_model_request_node(node):
                        usage_limits.check_before_request(run.usage)  # so that `Begun` means: it was sent
                        await self._request(node, run)
            finally:
                self.usage = run.usage
                self.new_messages += run.new_messages()
                self.messages = list(run.all_messages())

    async def _request(self, node: Any, run: Any) -> None:
        refuse_if_too_large([*run.all_messages(), node.request], self.instructions)
        started = time.perf_counter()
        self._items.put(Begun())
        async with node.stream(run.ctx) as stream:
            refused = False
            try:
                async for piece in _pieces(stream):
                    self._items.put(Piece(piece))
            except ModelHTTPError:
                refused = True  # and therefore not billed
                raise
            finally:
                if not refused:
                    elapsed = int((time.perf_counter() - started) * 1000)
                    answer = stream.response
                    self._items.put(Counted(_tokens(answer), answer.finish_reason or "", elapsed))

    def _as_model_tool(self, tool: Tool) -> ModelTool[Any]:
        async def call(**args: Any) -> str:
            loop = asyncio.get_running_loop()
            answered: asyncio.Future[str] = loop.create_future()

            def settle(text: str) -> None:
                if not answered.done():
                    answered.set_result(text)

            def reply(text: str) -> None:
                loop.call_soon_threadsafe(settle, text)

            self._items.put(Asked(tool.name, args, reply))
            return await answered

        schema = tool.schema()
        return ModelTool.from_schema(call, tool.name, schema["description"], schema["input_schema"])


class TooLarge(Exception):
    """A request would hold more than a request may."""


def refuse_if_too_large(messages: list[ModelMessage], instructions: str) -> None:
    """Errors: TooLarge before a request whose bytes cannot fit the tokens it may have."""
    size = len(ModelMessagesTypeAdapter.dump_json(messages)) + len(instructions.encode())
    if size > limits.INPUT_TOKENS * limits.BYTES_PER_TOKEN:
        raise TooLarge(f"{size} bytes.")


async def _pieces(stream: Any) -> AsyncIterator[str]:
    """The words as they arrive; the first of a part come with its start."""
    async for event in stream:
        if isinstance(event, PartStartEvent) and isinstance(event.part, TextPart) and event.part.content:
            yield event.part.content
        elif isinstance(event, PartDeltaEvent) and isinstance(event.delta, TextPartDelta) and event.delta.content_delta:
            yield event.delta.content_delta


def _tokens(response: ModelResponse) -> Tokens | None:
    usage = response.usage
    if not usage.input_tokens and not usage.output_tokens:
        return None
    return Tokens(usage.input_tokens, usage.cache_read_tokens, usage.cache_write_tokens, usage.output_tokens)


def _run(loop: asyncio.AbstractEventLoop, task: asyncio.Task[None], items: queue.Queue[Item]) -> None:
    error: BaseException | None = None
    try:
        loop.run_until_complete(task)
    except BaseException as raised:
        error = raised
    finally:
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.close()
    items.put(Ended(error))
