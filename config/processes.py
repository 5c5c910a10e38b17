"""A handful of processes, started together, kept running, stopped together."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

PATIENCE = 10.0
RESTART_AFTER = 1.0


@dataclass(slots=True)
class Child:
    """One process under its name; what it prints goes to `log`."""

    name: str
    command: list[str]
    environment: Mapping[str, str]
    log: Path
    process: subprocess.Popen[bytes] | None = None
    _out: IO[bytes] | None = None

    def start(self) -> None:
        self.log.parent.mkdir(parents=True, exist_ok=True)
        self._out = self.log.open("ab")
        # A session of its own: Ctrl-C reaches the supervisor alone, which then stops everyone in order.
        self.process = subprocess.Popen(  # noqa: S603 - our own commands
            self.command, env={**os.environ, **self.environment}, stdin=subprocess.DEVNULL, stdout=self._out,
            stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip
        self.log.with_suffix(".pid").write_text(str(self.process.pid))

    @property
    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def signal(self, number: int) -> None:
        """To the whole session: servers and workers have children of their own."""
        if self.process is not None:
            try:
                os.killpg(self.process.pid, number)
            except ProcessLookupError:
                return

    def terminate(self) -> None:
        """Ask the first process of the session to end in its own good order."""
        if self.process is not None:
            self.process.terminate()

    def reap(self) -> None:
        if self.process is not None:
            self.process.wait()

    def close(self) -> None:
        if self._out is not None:
            self._out.close()
            self._out = None
        self.log.with_suffix(".pid").unlink(missing_ok=True)


@dataclass(slots=True)
class Supervisor:
    """Starts children, restarts the ones that die, and stops all of them within PATIENCE seconds."""

    children: list[Child]
    say: Callable[[str], None] = print
    _stop: threading.Event = field(default_factory=threading.Event)

    def start(self) -> None:
        for child in self.children:
            child.start()

    def watch(self) -> None:
        """Block until `stop_soon`, restarting whoever ends before."""
        while not self._stop.wait(RESTART_AFTER):
            for child in self.children:
                if not child.is_running and not self._stop.is_set():
                    self.say(f"{child.name} ended; starting it again (see {child.log})")
                    child.signal(signal.SIGKILL)  # what it leaves behind may hold its port
                    child.close()
                    child.start()

    def stop_soon(self, *_: object) -> None:
        self._stop.set()

    def stop(self) -> None:
        """Ask everyone to end, last started first; whoever has not ended in time is killed."""
        for child in reversed(self.children):
            child.terminate()
        deadline = time.monotonic() + PATIENCE
        for child in self.children:
            if child.process is not None:
                with suppress(subprocess.TimeoutExpired):
                    child.process.wait(max(0.1, deadline - time.monotonic()))
            child.signal(signal.SIGKILL)
            child.reap()
            child.close()
