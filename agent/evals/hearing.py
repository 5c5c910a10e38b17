"""What a model was sent, read out of either provider's protocol, or out of the messages of our own client."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pydantic_ai.messages import ModelMessage, ModelRequest, ToolReturnPart, UserPromptPart

from agent.llm.prompt import repair
from agent.testing.standins import Heard, Reply

FRAME = re.compile(r"<desk_data[^>]*>(.*?)</desk_data>", re.DOTALL)
REPAIR = repair([]).split("\n", 1)[0]
#: Our client warns a model, in words of its own, of results that look like instructions.
WARNING = "<system>"
#: Providers count by their own tables; four bytes a token is near enough for English and JSON.
BYTES_PER_TOKEN = 4


@dataclass(frozen=True, slots=True)
class Said:
    """A run as its model sees it at one request: the question, what tools gave so far, and whether it may repair.

    `results` are the bodies inside the frames, in order; one that is no JSON is left out.
    """

    question: str
    results: tuple[dict[str, Any], ...] = ()
    repairs: bool = False

    @classmethod
    def of(cls, prompts: Sequence[str], results: Sequence[str]) -> Said:
        repairs = bool(prompts) and prompts[-1].startswith(REPAIR)
        questions = [prompt for prompt in prompts if not prompt.startswith((REPAIR, WARNING))]
        return cls(questions[-1] if questions else "", tuple(_bodies(results)), repairs)


#: A model: what it answers to what it was sent. Tokens of the reply are counted by whoever plays it.
Model = Callable[[Said], Reply]


def counted(reply: Reply, sent: str) -> Reply:
    """The reply with the tokens that the bytes of the request and of its own words stand for.

    Tokens that the model claims by itself are kept.
    """
    if reply.input_tokens != Reply().input_tokens:
        return reply
    written = reply.text + json.dumps([[call.name, call.args] for call in reply.calls], default=str)
    return replace(
        reply,
        input_tokens=max(1, len(sent.encode()) // BYTES_PER_TOKEN),
        output_tokens=max(1, len(written.encode("utf-8", "replace")) // BYTES_PER_TOKEN),
    )


def from_anthropic(heard: Heard) -> Said:
    """The Messages API: results are blocks of user messages."""
    prompts, results = [], []
    for message in heard.body["messages"]:
        if message["role"] != "user":
            continue
        for block in _blocks(message["content"]):
            if block.get("type") == "tool_result":
                results.append(_text(block.get("content", "")))
            elif block.get("type") == "text":
                prompts.append(block["text"])
    return Said.of(prompts, results)


def from_openai(heard: Heard) -> Said:
    """The Responses API: results are items of their own."""
    items = heard.body["input"]
    if isinstance(items, str):
        return Said.of([items], [])
    prompts = [_text(item["content"]) for item in items if item.get("role") == "user"]
    results = [_text(item["output"]) for item in items if item.get("type") == "function_call_output"]
    return Said.of(prompts, results)


def from_messages(messages: Sequence[ModelMessage]) -> Said:
    """Our own client's messages."""
    parts = [part for message in messages if isinstance(message, ModelRequest) for part in message.parts]
    prompts = [part.content for part in parts if isinstance(part, UserPromptPart) and isinstance(part.content, str)]
    results = [str(part.content) for part in parts if isinstance(part, ToolReturnPart)]
    return Said.of(prompts, results)


def _blocks(content: Any) -> Iterator[dict[str, Any]]:
    yield from ([{"type": "text", "text": content}] if isinstance(content, str) else content)


def _text(content: Any) -> str:
    return "".join(str(block.get("text", "")) for block in _blocks(content))


def _bodies(results: Sequence[str]) -> Iterator[dict[str, Any]]:
    for result in results:
        frame = FRAME.search(result)
        try:
            body = json.loads(frame[1].replace("&lt;", "<")) if frame else None
        except ValueError:
            body = None
        if isinstance(body, dict):
            yield body
