"""`python -m ingestion.sandbox.stripe --port 12111`: the sandbox Stripe, until interrupted."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import threading
import time
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from ingestion.sandbox.moments import present
from ingestion.sandbox.odoo.shop import PREFIX as ODOO
from ingestion.sandbox.odoo.shop import OdooShop
from ingestion.sandbox.stripe.server import ReplayServer
from ingestion.sandbox.variants import SIZES


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until SIGINT or SIGTERM; returns the exit code."""
    given = _parser().parse_args(arguments)
    # The shop forgets its orders at the end, so each run numbers them anew.
    shop = OdooShop(webhook_url=os.environ.get("SANDBOX_ODOO_WEBHOOK_URL", ""), first=int(time.time() // 60) % 100_000)
    server = ReplayServer(
        as_of=given.as_of or present(),
        port=given.port,
        size=given.size,
        seed=given.seed,
        live=given.live,
        state=given.state,
        connected=tuple(given.connect),
        webhook_url=given.webhook_url,
        webhook_secret=given.webhook_secret,
        billing_url=given.billing_url,
        billing_secret=os.environ.get("SANDBOX_BILLING_SECRET", ""),
        mounts={ODOO: shop.answer},
    )
    done = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: done.set())
    with server:
        sys.stdout.write(f"sandbox stripe on {server.url}, key {server.secret_key}, client {server.client_id}\n")
        sys.stdout.flush()
        done.wait()
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m ingestion.sandbox.stripe", description=__doc__)
    parser.add_argument("--port", type=int, default=12111, help="0 takes a free one")
    parser.add_argument("--size", choices=SIZES, default="demo")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--as-of", type=datetime.fromisoformat, help="ISO moment with offset; default: now")
    parser.add_argument("--state", type=Path, help="file that lets a restart continue the same story")
    parser.add_argument("--live", action="store_true", help="let time pass and send webhooks as things happen")
    parser.add_argument("--connect", nargs="*", default=[], help="variants connected from the start")
    parser.add_argument("--webhook-url", default="", help="Connect webhook endpoint of the product")
    parser.add_argument(
        "--webhook-secret",
        default=os.environ.get("SANDBOX_WEBHOOK_SECRET", ""),
        help="its whsec_… secret; better given as SANDBOX_WEBHOOK_SECRET",
    )
    parser.add_argument("--billing-url", default="", help="endpoint of our own sales (SANDBOX_BILLING_SECRET)")
    return parser


if __name__ == "__main__":
    sys.exit(main())
