"""A provider on a port of its own: takes requests in order, and gives each the next reply of its script."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Call:
    """A tool the stand-in asks for."""

    name: str
    args: Json = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer of a provider: words in pieces, tools, or an error; `cut` ends the stream in its middle.

    Tokens are what the provider says it used.
    """

    pieces: tuple[str, ...] = ()
    calls: tuple[Call, ...] = ()
    status: int = 200
    cut: bool = False
    input_tokens: int = 1_000
    output_tokens: int = 50
    cached: int = 0

    @property
    def text(self) -> str:
        return "".join(self.pieces)


@dataclass(frozen=True, slots=True)
class Heard:
    """A request as it came in."""

    path: str
    headers: dict[str, str]
    body: Json


#: What a script may be: replies in order, of which the last one repeats, or a function of the request and its number.
Script = tuple[Reply, ...] | Callable[[Heard, int], Reply]


@dataclass(slots=True)
class StandIn:
    """A running provider: where it is, and what it heard."""

    url: str
    heard: list[Heard] = field(default_factory=list)

    def last_tools(self) -> list[str]:
        """The names of the tools that the newest request offered."""
        return [each["name"] for each in self.heard[-1].body["tools"]]


@dataclass(frozen=True, slots=True)
class Protocol:
    """How a provider writes: the path it answers, its error, its whole answer, and its stream of events."""

    path: str
    error: Callable[[int], Json]
    whole: Callable[[Reply, Heard], Json]
    stream: Callable[[Reply, Heard], Iterator[Json]]


@contextmanager
def stand_in(protocol: Protocol, script: Script) -> Iterator[StandIn]:
    """Serve `script` until the block ends."""
    server = _Server(("127.0.0.1", 0), BaseHTTPRequestHandler)
    running = StandIn(f"http://127.0.0.1:{server.server_address[1]}")
    server.RequestHandlerClass = _handler(protocol, script, running)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield running
    finally:
        server.shutdown()
        server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away in the middle of a stream is part of the script."""


def _handler(protocol: Protocol, script: Script, running: StandIn) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            path = self.path.partition("?")[0]
            if path != protocol.path:
                self._json(404, {"error": {"type": "not_found_error", "message": path}})
                return
            heard = Heard(path, {name.lower(): value for name, value in self.headers.items()}, body)
            running.heard.append(heard)
            number = len(running.heard) - 1
            reply = script(heard, number) if callable(script) else script[min(number, len(script) - 1)]
            if reply.status != 200:
                self._json(reply.status, protocol.error(reply.status))
            elif body.get("stream"):
                self._stream(list(protocol.stream(reply, heard)), cut=reply.cut)
            else:
                self._json(200, protocol.whole(reply, heard))

        def _json(self, status: int, body: Json) -> None:
            data = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            if status in (429, 529):
                self.send_header("retry-after-ms", "1")
            self.end_headers()
            self.wfile.write(data)

        def _stream(self, events: list[Json], *, cut: bool) -> None:
            """Server-sent events in chunks; a cut stream ends properly as HTTP, but without its last events."""
            self.send_response(200)
            self.send_header("Content-Type", "text/event-stream")
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            for event in events[: len(events) // 2 + 1] if cut else events:
                data = f"event: {event['type']}\ndata: {json.dumps(event)}\n\n".encode()
                self.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")
                self.wfile.flush()
            self.wfile.write(b"0\r\n\r\n")

        def log_message(self, format: str, *args: object) -> None:
            """Silent: a test reads `heard`."""

    return Handler
