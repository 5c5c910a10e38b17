from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import httpx
import pytest
from stripe import StripeClient

from ingestion.sandbox.stripe.server import ReplayServer

AS_OF = datetime(2026, 6, 15, 12, tzinfo=UTC)
NOW = int(AS_OF.timestamp())


class Wrist:
    """A clock that only moves when it is moved."""

    def __init__(self) -> None:
        self.seconds = float(NOW)

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def clock() -> Wrist:
    return Wrist()


@pytest.fixture
def server(clock: Wrist) -> Iterator[ReplayServer]:
    with ReplayServer(as_of=AS_OF, size="small", connected=("established",), clock=clock) as running:
        yield running


@pytest.fixture
def lever(server: ReplayServer) -> Iterator[httpx.Client]:
    """The sandbox's own levers."""
    with httpx.Client(base_url=f"{server.url}/_sandbox", timeout=10) as client:
        yield client


@pytest.fixture
def http(server: ReplayServer) -> Iterator[httpx.Client]:
    """Raw requests of the platform for the connected account."""
    headers = {"Authorization": f"Bearer {server.secret_key}", "Stripe-Account": server.account()}
    with httpx.Client(base_url=server.url, headers=headers, timeout=10) as client:
        yield client


def sdk(server: ReplayServer, **given: Any) -> StripeClient:
    """Stripe's own client, pointed at the sandbox."""
    given = {"stripe_account": server.account(), "client_id": server.client_id} | given
    key = given.pop("api_key", server.secret_key)
    return StripeClient(key, base_addresses={"api": server.url, "connect": server.url}, **given)


class Inbox:
    """A webhook receiver on loopback; answers `status` and keeps what came."""

    def __init__(self) -> None:
        self.received: list[tuple[bytes, str]] = []
        self.status = 200
        inbox = self

        class Receiver(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                inbox.received.append((body, self.headers["Stripe-Signature"]))
                self.send_response(inbox.status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: Any) -> None:
                pass

        self.http = HTTPServer(("127.0.0.1", 0), Receiver)
        self.url = f"http://127.0.0.1:{self.http.server_address[1]}/webhooks/stripe"
        self.thread = threading.Thread(target=lambda: self.http.serve_forever(poll_interval=0.02), daemon=True)

    def __enter__(self) -> Inbox:
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.http.shutdown()
        self.http.server_close()
        self.thread.join()


@pytest.fixture
def inbox() -> Iterator[Inbox]:
    with Inbox() as running:
        yield running
