"""The HTTP side: a threaded loopback server around a World."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Mapping
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self
from urllib.parse import urlsplit

from ingestion.sandbox.draws import make_id
from ingestion.sandbox.stripe.api import answer_api, key_of
from ingestion.sandbox.stripe.billing.api import answer_till, answers_for
from ingestion.sandbox.stripe.billing.levers import answer_lever
from ingestion.sandbox.stripe.billing.pages import answer_page
from ingestion.sandbox.stripe.control import answer_control
from ingestion.sandbox.stripe.faults import failure
from ingestion.sandbox.stripe.oauth import answer_oauth
from ingestion.sandbox.stripe.state import load, save
from ingestion.sandbox.stripe.webhooks import Endpoint
from ingestion.sandbox.stripe.wire import API_VERSION, Answer, ApiError, OAuthError, Request, unfold
from ingestion.sandbox.stripe.world import CLIENT_ID, SECRET_KEY, World
from ingestion.sandbox.timeline import JSON

MAX_BODY: Final = 1_048_576
REMEMBERED_REQUESTS: Final = 10_000
TICK_SECONDS: Final = 10
PAGES: Final = ("/pay/", "/portal/", "/invoice/")
#: Another stand-in behind the same socket.
Mount = Callable[[Request], Answer]


def answer(world: World, request: Request, request_id: str) -> Answer:
    """Answer any request: levers first, then faults, then the real thing."""
    if request.path == "/":
        with world.lock:
            return Answer(payload=world.described())
    if request.path == "/favicon.ico":  # browsers ask for it on the consent page, without a key
        return Answer(204, content_type="image/x-icon")
    if request.path.startswith("/_sandbox/till/"):
        return _lever(world, request)
    if request.path.startswith("/_sandbox"):
        return answer_control(world, request)
    with world.lock:
        world.catch_up()
        fault = world.faults.strike(request)
        if fault and (spoiled := failure(fault, request_id)):
            return spoiled
        made = _real(world, request, request_id)
        made.cut = fault is not None
        return made


def _lever(world: World, request: Request) -> Answer:
    try:
        return Answer(payload=answer_lever(world, request.path.removeprefix("/_sandbox/till/"), request.form))
    except (ValueError, KeyError, TypeError, ApiError) as error:
        return Answer(400, {"error": str(error)})


def _at_the_till(world: World, request: Request) -> Answer:
    """One request of the platform about what it sells itself; what it caused is sent once the answer is on its way."""
    world.catch_up_till()
    if request.path.startswith(PAGES):
        made = answer_page(world.till, request, base=world.base)
    else:
        made = answer_till(world.till, request, base=world.base)
    if request.method != "GET":
        world.keep_till()
    if told := world.till.take_waiting():
        threading.Thread(target=world.send_till, args=(told,), daemon=True).start()
    return made


def _is_for_the_till(world: World, request: Request) -> bool:
    if request.path.startswith(PAGES):
        return True
    if request.account or not answers_for(request.path.rstrip("/")):
        return False
    return world.principal(key_of(request)).is_platform


def _real(world: World, request: Request, request_id: str) -> Answer:
    try:
        if _is_for_the_till(world, request):
            return _at_the_till(world, request)
        if request.path.startswith("/oauth/"):
            return answer_oauth(world, request)
        return answer_api(world, request)
    except ApiError as error:
        return error.answer(request_id)
    except OAuthError as error:
        return error.answer()


class Handler(BaseHTTPRequestHandler):
    """Reads a request, writes an answer; keeps connections open as Stripe does."""

    protocol_version = "HTTP/1.1"
    server_version = "nginx"
    sys_version = ""
    disable_nagle_algorithm = True
    server: Server

    def do_GET(self) -> None:
        self._serve("GET")

    def do_POST(self) -> None:
        self._serve("POST")

    def do_DELETE(self) -> None:
        self._serve("DELETE")

    def log_message(self, format: str, *args: Any) -> None:
        """Stay silent; `/_sandbox/requests` remembers."""

    def _serve(self, method: str) -> None:
        request = self._read(method)
        if request is None:
            return
        request_id = make_id("req", f"{id(self.server)}/{self.server.count()}")[:18]
        made = self.server.answer(request, request_id)
        self._remember(request, made)
        if made.status == 0:
            self.server.stopping.wait(made.hang_for)
            self.close_connection = True
            return
        self._write(made, request, request_id)

    def _read(self, method: str) -> Request | None:
        target = urlsplit(self.path)
        length = int(self.headers.get("Content-Length") or 0)
        if length > MAX_BODY:
            self.send_error(413)
            self.close_connection = True
            return None
        body = self.rfile.read(length)
        headers = {name.lower(): value for name, value in self.headers.items()}
        return Request(method, target.path, unfold(target.query) | self._form(body), headers, body)

    def _form(self, body: bytes) -> JSON:
        if not body:
            return {}
        if "json" not in self.headers.get("Content-Type", ""):
            return unfold(body.decode("utf-8", "replace"))
        try:
            given = json.loads(body)
        except ValueError:
            return {}
        return given if isinstance(given, dict) else {}

    def _remember(self, request: Request, made: Answer) -> None:
        if request.path.startswith("/_sandbox"):
            return
        seen = self.server.world.requests
        seen.append(
            {
                "method": request.method,
                "path": request.path,
                "form": request.form,
                "account": request.account,
                "status": made.status,
            }
        )
        del seen[:-REMEMBERED_REQUESTS]

    def _write(self, made: Answer, request: Request, request_id: str) -> None:
        data = made.data
        self.send_response(made.status)
        headers = {
            "Content-Type": made.content_type,
            "Content-Length": str(len(data)),
            "Request-Id": request_id,
            "Stripe-Version": request.headers.get("stripe-version", API_VERSION),
            "Cache-Control": "no-cache, no-store",
        }
        for name in ("Stripe-Account", "Idempotency-Key"):
            if name.lower() in request.headers:
                headers[name] = request.headers[name.lower()]
        for name, value in (headers | made.headers).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data[: len(data) // 2] if made.cut else data)
        if made.cut:
            self.close_connection = True


class Server(ThreadingHTTPServer):
    """A world behind a socket on loopback."""

    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 128

    def __init__(self, world: World, port: int, mounts: Mapping[str, Mount]) -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self.world = world
        self.mounts = mounts
        self.stopping = threading.Event()
        self._count = 0

    def answer(self, request: Request, request_id: str) -> Answer:
        """What is mounted answers for its own paths, the world for all others."""
        for prefix, mounted in self.mounts.items():
            if request.path.startswith(f"{prefix}/"):
                return mounted(request)
        return answer(self.world, request, request_id)

    def count(self) -> int:
        self._count += 1
        return self._count


class ReplayServer:
    """The sandbox Stripe as a context manager.

        with ReplayServer(as_of=clock, size="small") as stripe:
            StripeClient(stripe.secret_key, base_addresses={"api": stripe.url, "connect": stripe.url})

    port:      0 takes a free one; `url` tells.
    state:     file that lets a restart go on with the same story and connections; None forgets.
    live:      time passes by itself, new objects appear and their webhooks are sent.
    connected: variants that are connected from the start, unless a remembered run ended their connection.
    clock:     seconds of real time, for signatures and for `live`.
    mounts:    other stand-ins by the path they answer for, such as `/odoo`.
    """

    secret_key = SECRET_KEY
    client_id = CLIENT_ID

    def __init__(
        self,
        *,
        as_of: datetime,
        port: int = 0,
        size: str = "small",
        seed: int = 1,
        livemode: bool = False,
        live: bool = False,
        state: Path | None = None,
        connected: tuple[str, ...] = (),
        webhook_url: str = "",
        webhook_secret: str = "",
        billing_url: str = "",
        billing_secret: str = "",
        redirect_uris: tuple[str, ...] = (),
        clock: Callable[[], float] = time.time,
        mounts: Mapping[str, Mount] | None = None,
    ) -> None:
        as_of, memory = load(state, as_of=as_of, seed=seed, size=size)
        self.world = World(
            as_of=as_of,
            clock=clock,
            seed=seed,
            size=size,
            livemode=livemode,
            live=live,
            endpoint=Endpoint(webhook_url, (webhook_secret,)) if webhook_url else None,
            billing_endpoint=Endpoint(billing_url, (billing_secret,)) if billing_url else None,
            memory=memory,
            on_change=lambda changed: save(state, changed, as_of=as_of, seed=seed, size=size),
            redirect_uris=redirect_uris,
        )
        self.world.on_change(memory)
        for account in map(self.world.account_of, connected):
            if account not in memory.left:
                self.world.connect(account)
        self._server = Server(self.world, port, mounts or {})
        self.world.base = self.url
        self._threads: list[threading.Thread] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def account(self, variant: str = "established") -> str:
        return self.world.account_of(variant)

    def start(self) -> Self:
        targets: list[Callable[[], None]] = [lambda: self._server.serve_forever(poll_interval=0.05)]
        if self.world.live:
            targets.append(self._tick)
        self._threads = [threading.Thread(target=target, daemon=True) for target in targets]
        for thread in self._threads:
            thread.start()
        return self

    def stop(self) -> None:
        self._server.stopping.set()
        self._server.shutdown()
        self._server.server_close()
        for thread in self._threads:
            thread.join()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _tick(self) -> None:
        """Let time pass and send what it brought, until stopped."""
        while not self._server.stopping.wait(TICK_SECONDS):
            with self.world.lock:
                self.world.catch_up()
                told = self.world.take_told()
                self.world.catch_up_till()
                sold = self.world.till.take_waiting()
            self.world.send(told)
            self.world.send_till(sold)
