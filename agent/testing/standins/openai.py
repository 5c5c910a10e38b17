"""The Responses API: whole answers and streams, tools, tokens, errors."""

from __future__ import annotations

import json
from collections.abc import Iterator

from agent.testing.standins.server import Heard, Json, Protocol, Reply


def _error(status: int) -> Json:
    return {"error": {"type": "server_error", "code": "overloaded", "message": "overloaded", "param": None}}


def _items(reply: Reply, heard: Heard) -> list[Json]:
    turn = len(heard.body["input"]) if isinstance(heard.body["input"], list) else 1
    part = {"type": "output_text", "text": reply.text, "annotations": [], "logprobs": []}
    text = [{"type": "message", "id": f"msg_{turn}", "role": "assistant", "status": "completed", "content": [part]}]
    return (text if reply.pieces else []) + [
        {
            "type": "function_call", "id": f"fc_{turn}_{number}", "call_id": f"call_{turn}_{number}",
            "name": call.name, "arguments": json.dumps(call.args), "status": "completed",
        }
        for number, call in enumerate(reply.calls)
    ]  # fmt: skip


def _usage(reply: Reply) -> Json:
    return {
        "input_tokens": reply.input_tokens,
        "input_tokens_details": {"cached_tokens": reply.cached, "cache_write_tokens": 0},
        "output_tokens": reply.output_tokens,
        "output_tokens_details": {"reasoning_tokens": 0},
        "total_tokens": reply.input_tokens + reply.output_tokens,
    }


def _response(heard: Heard, status: str) -> Json:
    return {
        "id": "resp_1", "object": "response", "created_at": 1_790_000_000, "status": status, "error": None,
        "incomplete_details": None, "instructions": None, "model": heard.body["model"], "output": [],
        "parallel_tool_calls": True, "temperature": 1.0, "tool_choice": "auto", "tools": [], "top_p": 1.0,
        "metadata": {}, "usage": None,
    }  # fmt: skip


def _whole(reply: Reply, heard: Heard) -> Json:
    return _response(heard, "completed") | {"output": _items(reply, heard), "usage": _usage(reply)}


def _stream(reply: Reply, heard: Heard) -> Iterator[Json]:
    for number, event in enumerate(_events(reply, heard)):
        yield event | {"sequence_number": number}


def _events(reply: Reply, heard: Heard) -> Iterator[Json]:
    yield {"type": "response.created", "response": _response(heard, "in_progress")}
    for index, item in enumerate(_items(reply, heard)):
        at = {"output_index": index, "item_id": item["id"]}
        if item["type"] == "message":
            yield from _words(reply, item, at)
        else:
            yield {"type": "response.output_item.added", "output_index": index, "item": item | {"arguments": ""}}
            yield {"type": "response.function_call_arguments.delta", "delta": item["arguments"]} | at
            yield {"type": "response.function_call_arguments.done", "arguments": item["arguments"]} | at
        yield {"type": "response.output_item.done", "output_index": index, "item": item}
    yield {"type": "response.completed", "response": _whole(reply, heard)}


def _words(reply: Reply, item: Json, at: Json) -> Iterator[Json]:
    part, in_part = item["content"][0], at | {"content_index": 0}
    yield {"type": "response.output_item.added", "output_index": at["output_index"], "item": item | {"content": []}}
    yield {"type": "response.content_part.added", "part": part | {"text": ""}} | in_part
    for piece in reply.pieces:
        yield {"type": "response.output_text.delta", "delta": piece, "logprobs": []} | in_part
    yield {"type": "response.output_text.done", "text": reply.text, "logprobs": []} | in_part
    yield {"type": "response.content_part.done", "part": part} | in_part


RESPONSES = Protocol("/v1/responses", _error, _whole, _stream)
