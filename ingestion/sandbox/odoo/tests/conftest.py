"""A shop on loopback, a receiver of its calls, and a clock that moves by hand."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import httpx
import pytest

from ingestion.sandbox.odoo.rpc import API_KEY, DATABASE, LOGIN, USER_ID
from ingestion.sandbox.odoo.shop import PREFIX, OdooShop
from ingestion.sandbox.stripe.server import ReplayServer

AS_OF = datetime(2026, 6, 15, 12, tzinfo=UTC)


class Wrist:
    def __init__(self) -> None:
        self.seconds = AS_OF.timestamp()

    def __call__(self) -> float:
        return self.seconds


class Receiver:
    """Keeps what came; `during` runs while the caller still waits for the answer."""

    def __init__(self) -> None:
        self.bodies: list[bytes] = []
        self.during: Callable[[], None] = lambda: None
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                receiver.bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
                receiver.during()
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: Any) -> None:
                pass

        self.http = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.http.server_address[1]}/webhooks/odoo/order-paid/secret"
        self.thread = threading.Thread(target=lambda: self.http.serve_forever(poll_interval=0.02), daemon=True)

    def __enter__(self) -> Receiver:
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.http.shutdown()
        self.http.server_close()
        self.thread.join()


@pytest.fixture
def wrist() -> Wrist:
    return Wrist()


@pytest.fixture
def shop(wrist: Wrist) -> OdooShop:
    return OdooShop(clock=wrist)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as running:
        yield running


@pytest.fixture
def served(shop: OdooShop) -> Iterator[str]:
    """The shop's address on loopback."""
    with ReplayServer(as_of=AS_OF, mounts={PREFIX: shop.answer}) as server:
        yield f"{server.url}{PREFIX}"


@pytest.fixture
def rpc(served: str) -> Callable[..., Any]:
    """One `execute_kw` over HTTP; returns Odoo's whole answer."""

    def call(model: str, method: str, *args: Any, **options: Any) -> Any:
        params = {
            "service": "object",
            "method": "execute_kw",
            "args": [DATABASE, USER_ID, API_KEY, model, method, list(args), options],
        }
        body = {"jsonrpc": "2.0", "method": "call", "params": params, "id": 1}
        return httpx.post(f"{served}/jsonrpc", json=body, timeout=10).json()

    return call


def login(served: str, key: str = API_KEY) -> Any:
    params = {"service": "common", "method": "authenticate", "args": [DATABASE, LOGIN, key, {}]}
    return httpx.post(f"{served}/jsonrpc", json={"jsonrpc": "2.0", "params": params, "id": 1}, timeout=10).json()
