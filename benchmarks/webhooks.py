"""How fast are Stripe's webhooks accepted: signature checked, stored, committed, answered.

Runs the real application with its production settings under granian on loopback, against a database of its own, and
sends it signed events over keep-alive connections. The baseline, in every round of the same run, is what no server
could beat: one-row INSERT and commit through bare psycopg with 8 threads, into a table with the same columns, defaults
and indexes, the same payload.

    .venv/bin/python benchmarks/webhooks.py [--events 2000] [--rounds 10] [--threads 8] [--workers 1]

Takes the server of DATABASE_URL, or the checkout's embedded one; makes a database there and drops it at the end.
"""

from __future__ import annotations

import argparse
import hashlib
import hmac
import json
import os
import secrets
import selectors
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

import psycopg
from ingest import own_database

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
SECRET = "whsec_" + secrets.token_urlsafe(24)
PATH = "/webhooks/stripe"
BASELINE_THREADS = 8
SENDERS = (16, 50)
GOAL_SHARE, GOAL_P99_MS = 0.3, 50.0


@dataclass(frozen=True, slots=True)
class Result:
    """One measurement. Times in milliseconds."""

    label: str
    per_second: float
    p50: float
    p99: float


# What is sent --------------------------------------------------------------------------------------------------


def event(number: int) -> bytes:
    """A `charge.succeeded` of a connected account in the shape and size that Stripe sends (about 3 kB)."""
    charge = {
        "id": f"ch_{number:024d}", "object": "charge", "amount": 4200, "amount_captured": 4200, "amount_refunded": 0,
        "balance_transaction": f"txn_{number:024d}", "captured": True, "created": 1_780_000_000, "currency": "eur",
        "customer": f"cus_{number % 997:014d}", "disputed": False, "livemode": True, "paid": True,
        "status": "succeeded", "payment_intent": f"pi_{number:024d}",
        "calculated_statement_descriptor": "BENCHMARK SHOP",
        "outcome": {"network_status": "approved_by_network", "risk_level": "normal", "seller_message": "Complete."},
        "payment_method_details": {"type": "card", "card": {
            "brand": "visa", "country": "DE", "exp_month": 8, "exp_year": 2030, "last4": "4242",
            "fingerprint": "Xt5EWLLDS7FJjR1c", "checks": {"cvc_check": "pass"}, "wallet": None}},
        "metadata": {f"key_{n}": "x" * 60 for n in range(24)},
    }  # fmt: skip
    body = {
        "id": f"evt_{secrets.token_hex(4)}{number:016d}", "object": "event", "account": "acct_benchmark",
        "api_version": "2026-10-28.endive", "created": 1_780_000_000, "livemode": True, "type": "charge.succeeded",
        "pending_webhooks": 1, "request": {"id": None, "idempotency_key": None}, "data": {"object": charge},
    }  # fmt: skip
    return json.dumps(body).encode()


def request_for(number: int, *, secret: str = SECRET) -> bytes:
    """The signed HTTP request, ready for the wire, as a proxy in front passes it on from one of Stripe's addresses."""
    body = event(number)
    address = f"54.187.174.{number % 16}".encode()
    stamp = str(int(time.time())).encode()
    signature = hmac.new(secret.encode(), stamp + b"." + body, hashlib.sha256).hexdigest().encode()
    lines = (
        b"POST " + PATH.encode() + b" HTTP/1.1",
        b"Host: 127.0.0.1",
        b"Content-Type: application/json",
        b"User-Agent: Stripe/1.0",
        b"X-Forwarded-Proto: https",
        b"X-Forwarded-For: " + address,
        b"Stripe-Signature: t=" + stamp + b",v1=" + signature,
        b"Content-Length: " + str(len(body)).encode(),
    )
    return b"\r\n".join(lines) + b"\r\n\r\n" + body


# Who sends it --------------------------------------------------------------------------------------------------


def send_all(
    port: int, requests: Sequence[bytes], *, senders: int, expect: bytes = b"200"
) -> tuple[float, list[float]]:
    """Send every request over `senders` connections, each waiting for its answer before the next.

    One thread and one selector: the sender shares the machine with what it measures, so it must be light.
    Returns the seconds it took and each answer's seconds. Errors: RuntimeError on any other status.
    """
    waiting = iter(requests)
    selector = selectors.DefaultSelector()
    sent_at: dict[socket.socket, float] = {}
    took: list[float] = []
    began = time.perf_counter()
    for _ in range(senders):
        connection = socket.create_connection(("127.0.0.1", port))
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        selector.register(connection, selectors.EVENT_READ)
        _send_next(connection, waiting, sent_at)
    while sent_at:
        for key, _ in selector.select(timeout=30):
            connection = key.fileobj  # type: ignore[assignment]
            _read_answer(connection, expect)
            took.append(time.perf_counter() - sent_at.pop(connection))
            _send_next(connection, waiting, sent_at)
    elapsed = time.perf_counter() - began
    for key in list(selector.get_map().values()):
        key.fileobj.close()  # type: ignore[union-attr]
    selector.close()
    return elapsed, took


def _send_next(connection: socket.socket, waiting: Iterator[bytes], sent_at: dict[socket.socket, float]) -> None:
    request = next(waiting, None)
    if request is not None:
        sent_at[connection] = time.perf_counter()
        connection.sendall(request)


def _read_answer(connection: socket.socket, expect: bytes) -> None:
    """One whole answer; ours are a few hundred bytes and arrive in one piece, but need not."""
    answer = connection.recv(65536)
    while answer and not _is_whole(answer):
        answer += connection.recv(65536)
    if answer[9:12] != expect:
        raise RuntimeError(f"Unexpected answer: {answer[:300]!r}")


def _is_whole(answer: bytes) -> bool:
    head, separator, body = answer.partition(b"\r\n\r\n")
    if not separator:
        return False
    for line in head.lower().split(b"\r\n"):
        name, _, value = line.partition(b": ")
        if name == b"content-length":
            return len(body) >= int(value)
        if name == b"transfer-encoding":
            return body.endswith(b"0\r\n\r\n")
    return True


def measure(port: int, *, senders: int, events: int, first: int) -> Result:
    requests = [request_for(first + n) for n in range(events)]
    elapsed, took = send_all(port, requests, senders=senders)
    took.sort()
    return Result(
        f"{senders} senders", len(took) / elapsed, 1000 * took[len(took) // 2], 1000 * took[int(len(took) * 0.99)]
    )


# What it is compared with --------------------------------------------------------------------------------------

_INSERT = """
insert into baseline
  (provider, endpoint, livemode, account, event_id, event_type, event_created_at, payload,
   state, attempts, next_attempt_at, outcome, received_at)
values ('stripe', 'connect', true, 'acct_benchmark', %s, 'charge.succeeded', %s, %s, 'received', 0, %s, '', %s)
"""


def baseline(url: str, *, rows: int) -> Result:
    """Rows per second of bare INSERT + commit by 8 threads, each with its own connection."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("create table if not exists baseline (like accounts_inboxdelivery including all)")
        connection.execute("truncate baseline")
    share = rows // BASELINE_THREADS
    bodies = [[event(n * share + k) for k in range(share)] for n in range(BASELINE_THREADS)]
    took: list[float] = []
    start = threading.Barrier(BASELINE_THREADS + 1)

    def insert(own: list[bytes]) -> None:
        mine: list[float] = []
        with psycopg.connect(url, autocommit=True) as connection:
            start.wait()
            for body in own:
                began = time.perf_counter()
                now = datetime.now(UTC)
                connection.execute(_INSERT, [secrets.token_hex(12), now, body, now, now])
                mine.append(time.perf_counter() - began)
        took.extend(mine)

    threads = [threading.Thread(target=insert, args=(own,)) for own in bodies]
    for thread in threads:
        thread.start()
    start.wait()
    began = time.perf_counter()
    for thread in threads:
        thread.join()
    elapsed = time.perf_counter() - began
    took.sort()
    return Result("bare INSERT", len(took) / elapsed, 1000 * took[len(took) // 2], 1000 * took[int(len(took) * 0.99)])


# Where it runs -------------------------------------------------------------------------------------------------


def migrate(url: str) -> None:
    subprocess.run(
        [sys.executable, str(ROOT / "manage.py"), "migrate", "--verbosity", "0"],
        env=environment(url), check=True, cwd=ROOT,
    )  # fmt: skip


def environment(url: str, var: str = "") -> dict[str, str]:
    """Production settings, with secrets of this run."""
    from cryptography.fernet import Fernet

    own = {
        "DJANGO_SETTINGS_MODULE": "config.settings.prod", "DATABASE_URL": url, "SECRET_KEY": secrets.token_hex(32),
        "JWT_KEY": secrets.token_hex(32), "ENCRYPTION_KEYS": Fernet.generate_key().decode(),
        "STRIPE_WEBHOOK_SECRETS": SECRET, "STRIPE_LIVEMODE": "1", "TRUSTED_PROXY_COUNT": "1", "LOG_LEVEL": "WARNING",
    }  # fmt: skip
    return {**os.environ, **own, **({"BELLWETHER_VAR": var} if var else {})}


@contextmanager
def server(url: str, *, workers: int, threads: int) -> Iterator[int]:
    """The web server as `manage.py up` and the image start it; yields its port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    command = [
        sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port),
        "--workers", str(workers), "--blocking-threads", str(threads), "--backpressure", "128", "--no-ws",
        "--log-level", "warning", "config.wsgi:application",
    ]  # fmt: skip
    migrate(url)
    with tempfile.TemporaryDirectory() as var:
        process = subprocess.Popen(command, env=environment(url, var), cwd=ROOT)
        try:
            wait_until_up(port, process)
            yield port
        finally:
            process.terminate()
            process.wait(timeout=20)


def wait_until_up(port: int, process: subprocess.Popen[bytes]) -> None:
    for _ in range(600):
        if process.poll() is not None:
            raise RuntimeError("The server ended at its start.")
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/health/live", timeout=5).close()
            return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError("The server did not start within a minute.")


def check_it_is_real(port: int, url: str) -> None:
    """Refuses a wrong signature and takes a repetition once; without that the rest would mean nothing."""
    forged, good = request_for(1, secret="whsec_forged"), request_for(2)
    send_all(port, [forged], senders=1, expect=b"400")
    send_all(port, [good, good, good], senders=1)
    if (stored := count(url)) != 1:
        raise RuntimeError(f"Four requests should have left one delivery, not {stored}.")


def count(url: str) -> int:
    with psycopg.connect(url) as connection:
        row = connection.execute("select count(*) from accounts_inboxdelivery").fetchone()
    return row[0] if row else 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--events", type=int, default=2000, help="events per measurement")
    parser.add_argument("--rounds", type=int, default=10, help="how often everything is measured")
    parser.add_argument("--threads", type=int, default=8, help="threads of the web server")
    parser.add_argument("--workers", type=int, default=1, help="processes of the web server")
    options = parser.parse_args()
    with own_database() as url, server(url, workers=options.workers, threads=options.threads) as port:
        check_it_is_real(port, url)
        measure(port, senders=16, events=500, first=10**6)  # warm-up, not counted
        rounds = [one_round(port, url, events=options.events, first=(n + 1) * 10**8) for n in range(options.rounds)]
        stored, expected = count(url), 501 + len(SENDERS) * options.rounds * options.events
    if stored != expected:
        raise RuntimeError(f"{expected} events were answered with 200, {stored} were stored.")
    return report(rounds)


def one_round(port: int, url: str, *, events: int, first: int) -> list[Result]:
    """The baseline, then each number of senders. The server idles meanwhile, so it does not slow the baseline."""
    return [
        baseline(url, rows=events),
        *(measure(port, senders=senders, events=events, first=first + senders * 10**6) for senders in SENDERS),
    ]


def report(rounds: list[list[Result]]) -> int:
    """Print the medians over the rounds; 1 when a goal is missed. A share is taken within its round."""
    print(f"{'':16}{'per second':>12}{'p50 ms':>9}{'p99 ms':>9}{'of bare':>9}   in each round")
    shares: list[float] = []
    p99s: list[float] = []
    for of_kind in zip(*rounds, strict=True):
        each = [result.per_second / bare[0].per_second for result, bare in zip(of_kind, rounds, strict=True)]
        rate, p50, p99 = (median(getattr(r, name) for r in of_kind) for name in ("per_second", "p50", "p99"))
        print(
            f"{of_kind[0].label:16}{rate:12,.0f}{p50:9.2f}{p99:9.2f}{median(each):9.2f}   ", *(f"{s:.2f}" for s in each)
        )
        shares.append(median(each))
        p99s.append(p99)
    share_met, p99_met = shares[1] >= GOAL_SHARE, p99s[1] < GOAL_P99_MS
    print(f"goal: share at 16 senders >= {GOAL_SHARE}: {'met' if share_met else 'missed'}")
    print(f"goal: p99 at 16 senders < {GOAL_P99_MS:.0f} ms: {'met' if p99_met else 'missed'}")
    return 0 if share_met and p99_met else 1


if __name__ == "__main__":
    sys.exit(main())
