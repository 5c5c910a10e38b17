"""The whole house on a folder of its own: `manage.py up` as a real process, for browser and fault tests."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import psycopg

from config import embedded

ROOT = embedded.ROOT
START_LIMIT = 180.0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass(slots=True)
class Stack:
    """Database, sandbox, web, worker and beat under `folder`; short leases, so that a fault is healed in seconds."""

    folder: Path
    demo: bool = False
    environment: dict[str, str] = field(default_factory=dict)
    port: int = field(default_factory=free_port)
    mcp_port: int = field(default_factory=free_port)
    sandbox_port: int = field(default_factory=free_port)
    database_url: str = ""
    _process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.database_url = embedded.start(self.folder / "postgres")
        command = [sys.executable, "manage.py", "up", "--port", str(self.port), "--mcp-port", str(self.mcp_port)]
        with self._said.open("w") as said:
            self._process = subprocess.Popen(
                command if self.demo else [*command, "--no-demo"], cwd=ROOT, env=self.env, stdout=said, stderr=said
            )
        try:
            self._await_line("Ctrl-C stops everything")
        except BaseException:
            self._stop()  # `__exit__` is not called for what never began
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop()

    def _stop(self) -> None:
        if self._process is not None:
            self._process.send_signal(signal.SIGINT)
            self._process.wait(60)
        server = embedded.server_at(self.folder / "postgres")
        server.stop()

    @property
    def _said(self) -> Path:
        return self.folder / "up.log"

    @property
    def env(self) -> dict[str, str]:
        return {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "config.settings.dev",
            "BELLWETHER_VAR": str(self.folder),
            "DATABASE_URL": self.database_url,
            "SANDBOX_URL": f"http://127.0.0.1:{self.sandbox_port}",
            "BASE_URL": self.url,
            "JOB_LEASE_SECONDS": "4",
            "JOB_SWEEP_SECONDS": "1",
            **self.environment,
        }

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def pid(self, name: str) -> int:
        return int((self.folder / "logs" / f"{name}.pid").read_text())

    def kill(self, name: str) -> None:
        """End a process and everything it started, without a word of warning."""
        os.killpg(self.pid(name), signal.SIGKILL)

    def sql(self, query: str, *parameters: Any) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.database_url, autocommit=True) as connection:
            return connection.execute(query, parameters).fetchall()

    def is_idle(self) -> bool:
        """No business's job runs or waits for its turn now."""
        busy = "business_id is not null and (state = 'running' or state = 'queued' and due_at <= now())"
        return self.sql(f"select count(*) from accounts_job where {busy}") == [(0,)]

    def until(self, condition: Callable[[], Any], *, seconds: float = 120.0) -> Any:
        """Poll until `condition` gives something true. Errors: AssertionError with the workers' last words."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            try:
                if found := condition():
                    return found
            except psycopg.OperationalError:
                pass  # the database is being restarted
            time.sleep(0.05)
        raise AssertionError(f"It did not happen within {seconds:.0f} s.\n{self.last_words()}")

    def manage(self, *arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT, env=self.env, capture_output=True, text=True, check=True,
        )  # fmt: skip
        return done.stdout

    def last_words(self) -> str:
        logs = sorted((self.folder / "logs").glob("*.log"))
        return "\n".join(f"--- {log.name}\n{log.read_text()[-1500:]}" for log in logs)

    def latest_mail(self, to: str) -> str:
        """The newest mail to an address, from the folder that stands for the mail server."""
        folder = self.folder / "mail"
        mails = sorted(folder.glob("*.log"), key=lambda path: path.stat().st_mtime_ns) if folder.exists() else []
        found = [text for path in mails for text in path.read_text().split("-" * 79) if f"To: {to}" in text]
        return found[-1] if found else ""

    def code_from_mail(self, to: str) -> str:
        """The one-time code in the newest mail to an address; waits for it."""
        found = self.until(lambda: re.search(r"^\s*([A-Z0-9]{3,}-?[A-Z0-9]{3,})\s*$", self.latest_mail(to), re.M))
        return str(found.group(1))

    def _await_line(self, wanted: str) -> None:
        process = self._process
        assert process is not None
        deadline = time.monotonic() + START_LIMIT
        while time.monotonic() < deadline and process.poll() is None:
            if wanted in self._said.read_text():
                return
            time.sleep(0.1)
        raise AssertionError(f"Bellwether did not start.\n{self._said.read_text()}\n{self.last_words()}")
