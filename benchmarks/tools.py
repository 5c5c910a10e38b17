"""Tool calls over MCP: 8 callers against a server process of its own, with a key, over HTTP.

The baseline, in the same run and by the same callers, is the protocol's `ping` with the same key: the way through
HTTP, token check and protocol without a tool. Also counts the tokens of the list of tools, four bytes to a token.

    .venv/bin/python benchmarks/tools.py [--callers 8] [--calls 400]

Takes the server of DATABASE_URL, or the checkout's embedded one; makes a database there and drops it at the end.
The exit code is 1 when a goal is missed: p99 of a call below 1 s, the list at most 4,500 tokens, no failed call.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from statistics import quantiles
from typing import Any

import httpx
from ingest import ROOT, application, own_database

MOST_P99_MS, MOST_TOKENS = 1_000.0, 4_500
CALLS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("get_metric_summary", {"period": "90d"}), ("get_readiness_breakdown", {}), ("get_dispute_summary", {}),
    ("get_trading_performance", {}), ("explain_change", {"metric": "payments.net"}),
    ("search_knowledge", {"query": "reduce chargebacks"}),
)  # fmt: skip


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--callers", type=int, default=8)
    parser.add_argument("--calls", type=int, default=400, help="of each kind, over all callers")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, own_database() as url, application(url, folder):
        key = make_world()
        with server() as address:
            listed = post(httpx.Client(), address, key, "tools/list", {})
            tokens = len(json.dumps(listed["tools"])) // 4
            measure(address, key, options.callers, 4 * options.callers, tool=True)  # warm
            pings = measure(address, key, options.callers, options.calls, tool=False)
            tools = measure(address, key, options.callers, options.calls, tool=True)
    return report(pings, tools, tokens, len(listed["tools"]))


def make_world() -> str:
    """A business with both desks and a key; returns the key's text."""
    from django.utils import timezone

    from accounts import keys
    from accounts.models import Business, Member, User
    from accounts.tenancy import acting_for
    from agent.evals.world import build
    from billing.models import Grant, Plan

    now = timezone.now()
    business = Business.objects.create(slug="tools", name="Tools", desks=["payments", "trading"], currency="usd")
    plan = Plan.objects.get(key="pro")
    Grant.objects.create(business=business, plan=plan, source=Grant.Source.MANUAL, valid_from=now.replace(year=2020))
    owner = User.objects.create_user("owner@example.com", "correct-horse-battery", name="Owner")
    Member.objects.create(business=business, user=owner, role="owner")
    build(business)
    with acting_for(business):
        scopes = ["use:agent", "read:analytics"]
        made = keys.create_key(business, name="bench", scopes=scopes, expires_at=None, actor=owner, now=now)
    return str(made.text)


@contextmanager
def server() -> Iterator[str]:
    """The MCP server on a free port, ended at the end."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    own = {**os.environ, "MCP_BASE_URL": address, "MCP_ALLOWED_HOSTS": f"127.0.0.1:{port}"}
    process = subprocess.Popen([sys.executable, "manage.py", "mcp", "--port", str(port)], cwd=ROOT, env=own)
    try:
        until = time.monotonic() + 60
        while time.monotonic() < until:
            try:
                httpx.get(f"{address}/mcp")
                break
            except httpx.HTTPError:
                time.sleep(0.2)
        yield f"{address}/mcp"
    finally:
        process.terminate()
        process.wait()


def post(client: httpx.Client, address: str, key: str, method: str, params: dict[str, Any]) -> dict[str, Any]:
    """One request of the protocol. Errors: RuntimeError for anything but a result."""
    headers = {"Authorization": f"Bearer {key}", "Accept": "application/json, text/event-stream",
               "MCP-Protocol-Version": "2025-11-25"}  # fmt: skip
    body = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
    answer = client.post(address, json=body, headers=headers, timeout=30)
    text = next((line[6:] for line in answer.text.splitlines() if line.startswith("data: ")), answer.text)
    found = json.loads(text)
    if "result" not in found or found["result"].get("isError"):
        raise RuntimeError(f"{method}: {answer.status_code} {text[:300]}")
    result: dict[str, Any] = found["result"]
    return result


def measure(address: str, key: str, callers: int, calls: int, *, tool: bool) -> list[float]:
    """Milliseconds of each call, made by so many callers at once."""
    turns, lock = itertools.cycle(CALLS), threading.Lock()
    left, times, problems = [calls], [], []

    def work() -> None:
        with httpx.Client() as client:
            while True:
                with lock:
                    if left[0] <= 0 or problems:
                        return
                    left[0] -= 1
                    name, arguments = next(turns)
                began = time.perf_counter()
                try:
                    method, params = ("tools/call", {"name": name, "arguments": arguments}) if tool else ("ping", {})
                    post(client, address, key, method, params)
                except Exception as problem:
                    problems.append(problem)
                    return
                times.append((time.perf_counter() - began) * 1000)

    threads = [threading.Thread(target=work) for _ in range(callers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if problems:
        raise problems[0]
    return times


def report(pings: list[float], tools: list[float], tokens: int, n_tools: int) -> int:
    ends = {name: (quantiles(times, n=100)[49], quantiles(times, n=100)[98]) for name, times in
            (("ping", pings), ("tool call", tools))}  # fmt: skip
    for name, (p50, p99) in ends.items():
        print(f"{name:10} p50 {p50:7.1f} ms   p99 {p99:7.1f} ms")
    print(f"a tool call takes {ends['tool call'][0] / ends['ping'][0]:.1f} × a ping (p50)")
    print(f"the list of {n_tools} tools is about {tokens:,} tokens (at most {MOST_TOKENS:,})")
    return int(ends["tool call"][1] > MOST_P99_MS or tokens > MOST_TOKENS)


if __name__ == "__main__":
    sys.exit(main())
