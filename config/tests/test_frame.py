"""The frame: strict settings, the database URL, beat's timetable, supervised processes, an honest lock file."""

from __future__ import annotations

import os
import re
import signal
import sys
import threading
from collections.abc import Iterator
from datetime import time, timedelta
from pathlib import Path

import pytest
from django.conf import settings

from accounts import jobs
from accounts.jobs import QUEUES
from config import env
from config.beat import timetable
from config.processes import Child, Supervisor
from config.settings.database import database_from_url
from config.settings.local_secrets import local_secrets

ROOT = Path(settings.BASE_DIR)


class TestEnvironment:
    @pytest.mark.parametrize(("value", "meant"), [("1", True), ("yes", True), ("off", False), ("", False)])
    def test_reads_flags(self, monkeypatch: pytest.MonkeyPatch, value: str, meant: bool) -> None:
        monkeypatch.setenv("BW_FLAG", value)
        assert env.flag("BW_FLAG") is meant

    def test_stops_at_a_bad_value_and_names_it(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("BW_VALUE", "perhaps")
        for read in (env.flag, lambda name: env.number(name, 1)):
            with pytest.raises(env.BadSetting, match="BW_VALUE"):
                read("BW_VALUE")
        with pytest.raises(env.BadSetting, match="BW_MISSING"):
            env.text("BW_MISSING")

    def test_takes_secrets_from_files(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        (tmp_path / "key").write_text("s3cret\n")
        monkeypatch.setenv("BW_KEY_FILE", str(tmp_path / "key"))
        assert env.text("BW_KEY") == "s3cret"
        monkeypatch.setenv("BW_KEY_FILE", str(tmp_path / "gone"))
        with pytest.raises(env.BadSetting, match="BW_KEY_FILE"):
            env.text("BW_KEY")

    def test_lists_leave_out_what_is_empty(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("BW_LIST", " a, ,b,")
        assert env.items("BW_LIST") == ["a", "b"]


class TestDatabaseUrl:
    def test_reads_a_platforms_url(self) -> None:
        made = database_from_url("postgresql://user:p%40ss@db.example:5433/facts?sslmode=require")
        assert (made["USER"], made["PASSWORD"], made["HOST"], made["PORT"], made["NAME"]) == (
            "user", "p@ss", "db.example", "5433", "facts",
        )  # fmt: skip
        assert made["OPTIONS"]["sslmode"] == "require"

    def test_reads_a_socket(self) -> None:
        assert database_from_url("postgresql://postgres:@/bw?host=/run/pg")["HOST"] == "/run/pg"

    def test_speaks_postgres_only(self) -> None:
        with pytest.raises(env.BadSetting):
            database_from_url("sqlite:///db.sqlite3")


class TestTimetable:
    def test_holds_every_periodic_job_once(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(jobs, "REGISTRY", {})
        monkeypatch.setattr(jobs, "PERIODIC", {})
        jobs.periodic("test.often", queue="ingest", every=timedelta(minutes=15))(lambda run: None)
        jobs.periodic("test.daily", queue="notifications", daily_at=time(6, 30))(lambda run: None)
        entries = timetable()
        assert set(entries) == {"accounts.sweep", "test.often", "test.daily"}
        assert entries["test.often"]["schedule"].run_every == timedelta(minutes=15)
        assert (entries["test.daily"]["schedule"].hour, entries["test.daily"]["schedule"].minute) == ({6}, {30})

    def test_uses_known_queues_only(self) -> None:
        assert {entry["options"]["queue"] for entry in timetable().values()} <= set(QUEUES)


class TestLocalSecrets:
    def test_are_made_once_and_kept_from_others(self, tmp_path: Path) -> None:
        first = local_secrets(tmp_path)
        assert local_secrets(tmp_path) == first
        assert (tmp_path / "secrets.json").stat().st_mode & 0o077 == 0


#: Takes a lock in a port's place, leaves it to a worker of its own as well, and tells whether it got it.
SERVER = """
import fcntl, subprocess, sys
port, told = open(sys.argv[1], "w"), open(sys.argv[2], "w", buffering=1)
try:
    fcntl.flock(port, fcntl.LOCK_EX | fcntl.LOCK_NB)
except BlockingIOError:
    sys.exit(print("taken", file=told))
worker = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], pass_fds=[port.fileno()])
print("bound", file=told)
worker.wait()
"""


@pytest.mark.processes
class TestSupervisor:
    @pytest.fixture
    def pair(self, tmp_path: Path) -> Iterator[Supervisor]:
        """One child that waits for ever, one that refuses to end politely."""
        deaf = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(600)"
        children = [
            Child("calm", [sys.executable, "-c", "import time; time.sleep(600)"], {}, tmp_path / "calm.log"),
            Child("stubborn", [sys.executable, "-c", deaf], {}, tmp_path / "stubborn.log"),
        ]
        supervisor = Supervisor(children, say=lambda text: None)
        supervisor.start()
        yield supervisor
        supervisor.stop()

    def test_stops_everyone(self, pair: Supervisor, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("config.processes.PATIENCE", 1.0)
        pair.stop()
        assert not any(child.is_running for child in pair.children)

    def test_starts_again_who_died(self, pair: Supervisor, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("config.processes.RESTART_AFTER", 0.01)
        monkeypatch.setattr("config.processes.PATIENCE", 1.0)
        first = pair.children[0].process
        assert first is not None
        first.send_signal(signal.SIGKILL)
        first.wait()
        pair.say = lambda text: pair.stop_soon()
        pair.watch()
        assert pair.children[0].is_running and pair.children[0].process is not first

    def test_ends_what_the_dead_leave_behind(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """A server killed alone leaves a worker that holds its port, and the next one could never have it."""
        monkeypatch.setattr("config.processes.RESTART_AFTER", 0.01)
        monkeypatch.setattr("config.processes.PATIENCE", 1.0)
        told = tmp_path / "told"
        os.mkfifo(told)
        child = Child("server", [sys.executable, "-c", SERVER, str(tmp_path / "port"), str(told)], {}, tmp_path / "log")
        supervisor = Supervisor([child], say=lambda text: None)
        supervisor.start()
        with os.fdopen(os.open(told, os.O_RDWR)) as lines:  # writing as well, it never sees an end
            assert next(lines) == "bound\n" and child.process is not None
            watching = threading.Thread(target=supervisor.watch)
            watching.start()
            child.process.send_signal(signal.SIGKILL)
            is_bound = any(next(lines) == "bound\n" for _ in range(5))
            supervisor.stop_soon()
            watching.join()
        supervisor.stop()
        assert is_bound


class TestLockFile:
    text = (ROOT / "requirements.lock").read_text()

    def test_names_no_host(self) -> None:
        assert not re.search(r"https?:|--index|--find-links|\.org\b", self.text)

    def test_pins_every_package_with_a_hash(self) -> None:
        pinned = re.findall(r"^([a-z0-9][\w.-]*)==", self.text, re.M)
        assert len(pinned) > 80
        assert all(f"\n{name}==" in f"\n{self.text}" for name in pinned)
        assert self.text.count("--hash=sha256:") > len(pinned)
