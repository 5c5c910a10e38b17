"""Everything in one terminal: database, migrations, static files, demo business, web, worker, beat, sandbox."""

from __future__ import annotations

import hashlib
import os
import signal
import socket
import sys
import time
import urllib.error
import urllib.request
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts.jobs import QUEUES
from agent.knowledge.loading import load_prepared
from agent.knowledge.tasks import encode
from agent.llm.prices import ensure_prices
from billing.plans.catalogue import ensure_catalogue
from billing.plans.publish import publish
from billing.stripe.client import BillingApi
from config.demo import DEMO_EMAIL, DEMO_PASSWORD, DEMO_VARIANT, ensure_demo, ensure_sandbox_rates
from config.processes import Child, Supervisor

START_LIMIT = 60.0


class Command(BaseCommand):
    help = "Start Bellwether on this machine. Ctrl-C stops all of it; a second start finds everything as it was."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", type=int, default=int(os.environ.get("PORT", "8000")))
        parser.add_argument("--mcp-port", type=int, help="Where MCP is served; the port after the pages' by default.")
        parser.add_argument("--no-demo", action="store_true", help="Do not make or renew the demo business.")

    def handle(self, *args: Any, **options: Any) -> None:
        port: int = options["port"]
        mcp_port: int = options["mcp_port"] or port + 1
        sandbox_port = int(settings.SANDBOX_URL.rsplit(":", 1)[1])
        for wanted in (port, mcp_port, sandbox_port):
            if not is_free(wanted):
                raise CommandError(f"Port {wanted} is taken. Is Bellwether running already? Otherwise give --port.")
        self.prepare()
        supervisor = Supervisor(children(port, mcp_port, sandbox_port), say=self.stderr.write)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, supervisor.stop_soon)
        supervisor.start()
        try:
            self.greet(port, mcp_port, demo=not options["no_demo"])
            supervisor.watch()
        finally:
            self.stdout.write("Stopping …")
            supervisor.stop()
        self.stdout.write("Stopped. Everything is kept under var/.")

    def prepare(self) -> None:
        call_command("migrate", verbosity=0, interactive=False)
        call_command("createcachetable", verbosity=0)
        ensure_catalogue()
        ensure_prices(today=timezone.now().date())
        if not load_prepared():
            encode.enqueue(None, dedupe="encode")  # words alone are searched until the worker has done it
        build_static()
        ensure_sandbox_rates()

    def greet(self, port: int, mcp_port: int, *, demo: bool) -> None:
        address = f"http://127.0.0.1:{port}"
        wait_for(f"{address}/health/live")
        wait_for(f"{settings.SANDBOX_URL}/_sandbox")
        wait_for(f"http://127.0.0.1:{mcp_port}/mcp")
        self.stdout.write(f"\nBellwether is up: {address}")
        put_on_sale()
        if demo:
            ensure_demo()
            self.stdout.write(f"Demo login:      {DEMO_EMAIL} / {DEMO_PASSWORD}")
        self.stdout.write(f"MCP:             http://127.0.0.1:{mcp_port}/mcp")
        self.stdout.write(f"Mail goes to:    {settings.EMAIL_FILE_PATH}")
        self.stdout.write("Ctrl-C stops everything.\n")
        self.stdout.flush()


def put_on_sale() -> None:
    """Make our prices known to the till, which only runs now; with a key of our own that is a deed of staff."""
    if settings.BILLING_STRIPE_API_BASE == settings.SANDBOX_URL:
        publish(BillingApi())


def children(port: int, mcp_port: int, sandbox_port: int) -> list[Child]:
    """The processes of one machine: web server, MCP server, one worker for all queues, beat, and the sandbox world."""
    own = {
        "DJANGO_SETTINGS_MODULE": os.environ["DJANGO_SETTINGS_MODULE"],
        "BASE_URL": f"http://127.0.0.1:{port}",
        "MCP_BASE_URL": f"http://127.0.0.1:{mcp_port}",
    }
    alone = own | {"DATABASE_POOL": "0"}  # forking workers and a connection pool do not go together
    logs = settings.VAR_DIR / "logs"
    python = [sys.executable, "-m"]
    web = [
        *python, "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port), "--workers", "1",
        "--blocking-threads", "8", "--backpressure", "128", "--no-ws", "config.wsgi:application",
    ]  # fmt: skip
    celery = [*python, "celery", "-A", "config.celery:app"]
    worker = [
        *celery, "worker", "-Q", ",".join(QUEUES), "--concurrency", "2", "-l", "WARNING",
        "--without-gossip", "--without-mingle", "--without-heartbeat",
    ]  # fmt: skip
    beat = [*celery, "beat", "-l", "WARNING", "--pidfile", ""]
    sandbox = [
        *python, "ingestion.sandbox.stripe", "--port", str(sandbox_port), "--live",
        "--state", str(settings.VAR_DIR / "sandbox.json"), "--connect", DEMO_VARIANT,
        "--webhook-url", f"http://127.0.0.1:{port}/webhooks/stripe",
        "--billing-url", f"http://127.0.0.1:{port}/webhooks/billing/stripe",
    ]  # fmt: skip
    mcp = [sys.executable, "manage.py", "mcp", "--port", str(mcp_port)]
    secret = {
        "SANDBOX_WEBHOOK_SECRET": settings.STRIPE_WEBHOOK_SECRETS[0],
        "SANDBOX_BILLING_SECRET": settings.BILLING_STRIPE_WEBHOOK_SECRETS[0],
        "SANDBOX_ODOO_WEBHOOK_URL": f"{own['BASE_URL']}/webhooks/odoo/order-paid/{settings.ODOO_WEBHOOK_SECRETS[0]}",
    }
    return [
        Child("sandbox", sandbox, own | secret, logs / "sandbox.log"),
        Child("web", web, own, logs / "web.log"),
        Child("mcp", mcp, own, logs / "mcp.log"),
        Child("worker", worker, alone, logs / "worker.log"),
        Child("beat", beat, alone, logs / "beat.log"),
    ]


def build_static() -> None:
    """Collect and compress static files, unless nothing changed since the last time."""
    stamp = Path(settings.STATIC_ROOT) / ".stamp"
    call_command("build_assets", verbosity=0)
    wanted = static_stamp()
    if stamp.exists() and stamp.read_text() == wanted:
        return
    call_command("collectstatic", verbosity=0, interactive=False, clear=True)
    stamp.write_text(wanted)


def static_stamp() -> str:
    """Changes when a file of ours changes or the installed packages do."""
    digest = hashlib.sha256((settings.BASE_DIR / "requirements.lock").read_bytes())
    for folder in (settings.BASE_DIR / "static", settings.VAR_DIR / "assets"):
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                digest.update(f"{path.relative_to(folder)} {path.stat().st_mtime_ns} {path.stat().st_size}\n".encode())
    return digest.hexdigest()


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def wait_for(url: str) -> None:
    """Wait until `url` answers. Errors: CommandError after START_LIMIT seconds."""
    deadline = time.monotonic() + START_LIMIT
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(url, timeout=5):  # noqa: S310 - our own loopback address
                return
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.1)
    raise CommandError(f"{url} did not answer; the logs lie in {settings.VAR_DIR / 'logs'}.")
