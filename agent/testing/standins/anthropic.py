"""The Messages API: whole answers and streams, tools, tokens, errors."""

from __future__ import annotations

import json
from collections.abc import Iterator

from agent.testing.standins.server import Heard, Json, Protocol, Reply


def _error(status: int) -> Json:
    kind = {429: "rate_limit_error", 529: "overloaded_error"}.get(status, "api_error")
    return {"type": "error", "error": {"type": kind, "message": kind}}


def _blocks(reply: Reply, heard: Heard) -> list[Json]:
    text = [{"type": "text", "text": reply.text}] if reply.pieces else []
    turn = len(heard.body["messages"])
    return text + [
        {"type": "tool_use", "id": f"toolu_{turn}_{number}", "name": call.name, "input": call.args}
        for number, call in enumerate(reply.calls)
    ]


def _usage(reply: Reply) -> Json:
    return {
        "input_tokens": reply.input_tokens - reply.cached,
        "cache_read_input_tokens": reply.cached,
        "cache_creation_input_tokens": 0,
        "output_tokens": reply.output_tokens,
    }


def _reason(reply: Reply) -> str:
    return "tool_use" if reply.calls else "end_turn"


def _message(reply: Reply, heard: Heard) -> Json:
    return {
        "id": "msg_1", "type": "message", "role": "assistant", "model": heard.body["model"], "content": [],
        "stop_reason": None, "stop_sequence": None, "usage": _usage(reply) | {"output_tokens": 1},
    }  # fmt: skip


def _whole(reply: Reply, heard: Heard) -> Json:
    told = {"content": _blocks(reply, heard), "stop_reason": _reason(reply), "usage": _usage(reply)}
    return _message(reply, heard) | told


def _stream(reply: Reply, heard: Heard) -> Iterator[Json]:
    yield {"type": "message_start", "message": _message(reply, heard)}
    for index, block in enumerate(_blocks(reply, heard)):
        start: Json
        if block["type"] == "text":
            start, deltas = {"text": ""}, [{"type": "text_delta", "text": piece} for piece in reply.pieces]
        else:
            start = {"input": {}}
            deltas = [{"type": "input_json_delta", "partial_json": json.dumps(block["input"])}]
        yield {"type": "content_block_start", "index": index, "content_block": block | start}
        for delta in deltas:
            yield {"type": "content_block_delta", "index": index, "delta": delta}
        yield {"type": "content_block_stop", "index": index}
    ended = {"stop_reason": _reason(reply), "stop_sequence": None}
    yield {"type": "message_delta", "delta": ended, "usage": {"output_tokens": reply.output_tokens}}
    yield {"type": "message_stop"}


MESSAGES = Protocol("/v1/messages", _error, _whole, _stream)
