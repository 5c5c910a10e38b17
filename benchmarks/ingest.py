"""How fast does a ledger come in: JSON lines → facts, mapped rows → facts, and the same rows once more.

Runs the real pipeline (parse, map, keep the raw pages, COPY, one upsert, mark days) as the tenant role, against a
database of its own. The baseline, in every round of the same run, is what Postgres itself can do at best: COPY of the
very rows that the facts hold afterwards, already written as COPY text, into a table with the same columns and nothing
else: no index, no key, no check, no row security.

    .venv/bin/python benchmarks/ingest.py [--rows 1000000] [--rounds 3]

Takes the server of DATABASE_URL, or the checkout's embedded one; makes a database there and drops it at the end.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

import psycopg
from psycopg import conninfo

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
OBSERVED_AT = datetime(2026, 6, 15, 12, tzinfo=UTC)
GOALS = {"JSON lines to facts": 0.08, "mapped rows to facts": 0.15, "identical replay": 0.3}


@dataclass(frozen=True, slots=True)
class Result:
    """Rows per second of one measurement, and what Django counted."""

    label: str
    per_second: float


# What comes in -------------------------------------------------------------------------------------------------


def write_ledger(path: Path, *, rows: int) -> None:
    """Balance transactions as Stripe's API lists them (about 560 bytes each): payments of three years, in order."""
    draw = random.Random(20260615)
    moment = 1_686_000_000
    with path.open("w") as file:
        for number in range(rows):
            moment += draw.randint(1, 180)
            file.write(json.dumps(_balance_transaction(number, moment, draw)) + "\n")


def _balance_transaction(number: int, moment: int, draw: random.Random) -> dict[str, Any]:
    kind, category, prefix, sign = draw.choices(
        [("charge", "charge", "ch", 1), ("refund", "refund", "re", -1), ("payout", "payout", "po", -1)], [93, 4, 3]
    )[0]
    amount = sign * draw.randint(100, 50_000)
    fee = amount * 29 // 1000 + 30 if kind == "charge" else 0
    tag = f"{draw.getrandbits(48):012x}{number:08d}"
    return {
        "id": f"txn_3{tag}", "object": "balance_transaction", "amount": amount,
        "available_on": (moment // 86_400 + 2) * 86_400, "balance_type": "payments", "created": moment,
        "currency": "usd", "description": f"Order #{number} at the benchmark shop", "exchange_rate": None, "fee": fee,
        "fee_details": [{"amount": fee, "application": None, "currency": "usd", "type": "stripe_fee",
                         "description": "Stripe processing fees"}] if fee else [],
        "net": amount - fee, "reporting_category": category, "source": f"{prefix}_3{tag}", "status": "available",
        "type": kind,
    }  # fmt: skip


# What is measured ----------------------------------------------------------------------------------------------


def one_round(path: Path, mapped: list[Any]) -> list[Result]:
    """All four measurements on empty tables, each checked by what it left behind."""
    rows = len(mapped)
    source = _source()
    from_lines = _timed("JSON lines to facts", rows, lambda: _ingest_lines(source, path))
    _expect(_count(), rows, "facts after reading the file")
    bare = _bare_copy(rows)
    _empty_facts()
    from_rows = _timed("mapped rows to facts", rows, lambda: _merge(source, mapped, new=rows))
    versions = _row_versions()
    replay = _timed("identical replay", rows, lambda: _merge(source, mapped, new=0))
    _expect(_row_versions(), versions, "row versions after the replay")
    return [bare, from_lines, from_rows, replay]


def _timed(label: str, rows: int, work: Callable[[], None]) -> Result:
    _checkpoint()
    began = time.perf_counter()
    work()
    return Result(label, rows / (time.perf_counter() - began))


def _ingest_lines(source: Any, path: Path) -> None:
    """What `manage.py ingest_stripe_objects` does."""
    from ingestion.management.commands.ingest_stripe_objects import ingest_file

    with path.open("rb") as file:
        ingest_file(source, file, observed_at=OBSERVED_AT)


def _merge(source: Any, mapped: list[Any], *, new: int) -> None:
    from accounts.tenancy import acting_for
    from ingestion.pipeline.merge import merge

    with acting_for(source.business):
        report = merge(source, "balance_transactions", mapped, observed_at=OBSERVED_AT)
    _expect((report.seen, report.new, report.unchanged), (len(mapped), new, len(mapped) - new), "counts")


def map_ledger(path: Path) -> list[Any]:
    """The rows that the provider maps the file to."""
    from ingestion.providers.registry import provider_of

    stripe = provider_of("stripe")
    with path.open("rb") as file:
        return [mapped.row for line in file for mapped in stripe.map_object(json.loads(line), version_at=OBSERVED_AT)]


def _bare_copy(rows: int) -> Result:
    """COPY of the facts' own rows and columns, as text that is ready in memory, into a plain table."""
    from django.db import connection

    from ingestion.models import BalanceTransaction

    names = [field.column for field in BalanceTransaction._meta.concrete_fields if not field.primary_key]
    columns, table = ", ".join(names), BalanceTransaction._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(f"drop table if exists plain; create table plain as select {columns} from {table} where false")
        with cursor.copy(f"copy (select {columns} from {table} order by created_at) to stdout") as copy:
            text = b"".join(copy)

        def load() -> None:
            with cursor.copy(f"copy plain ({columns}) from stdin") as copy:
                for start in range(0, len(text), 1 << 20):
                    copy.write(text[start : start + (1 << 20)])

        result = _timed("bare COPY", rows, load)
        cursor.execute("select count(*) from plain")
        _expect(cursor.fetchone()[0], rows, "rows by bare COPY")
    return result


# Where it runs -------------------------------------------------------------------------------------------------


def _source() -> Any:
    """An empty database with one business and one source."""
    from accounts.models import Business
    from ingestion.models import Source

    _empty_facts()
    _sql("truncate accounts_business cascade")
    business = Business.objects.create(slug="benchmark", name="Benchmark", time_zone="Europe/Berlin")
    return Source.objects.create(
        business=business, provider="stripe", label="Ledger", external_account="acct_benchmark",
        auth_mode=Source.AuthMode.UPLOAD, state=Source.State.ACTIVE,
    )  # fmt: skip


def _empty_facts() -> None:
    _sql("truncate ingestion_balancetransaction, ingestion_dirtyday")


def _count() -> int:
    return int(_sql("select count(*) from ingestion_balancetransaction")[0][0])


def _row_versions() -> list[tuple[Any, ...]]:
    """What changes when any row is written or even locked."""
    return _sql("select count(*), sum(xmin::text::bigint), sum(xmax::text::bigint) from ingestion_balancetransaction")


def _checkpoint() -> None:
    """Each measurement begins with nothing left to write from the one before."""
    _sql("checkpoint")


def _sql(query: str) -> list[tuple[Any, ...]]:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(query)
        return cursor.fetchall() if cursor.description else []


def _expect(found: object, wanted: object, what: str) -> None:
    if found != wanted:
        raise RuntimeError(f"{what}: expected {wanted}, found {found}.")


@contextmanager
def own_database() -> Iterator[str]:
    """A database on the given or the embedded server, dropped at the end; yields its URL."""
    from config import embedded

    server = os.environ.get("DATABASE_URL") or embedded.start(embedded.VAR / "postgres")
    name = f"bellwether_ingest_{os.getpid()}"
    head, _, query = server.partition("?")
    url = head[: head.rindex("/") + 1] + name + (f"?{query}" if query else "")
    with psycopg.connect(conninfo.make_conninfo(server), autocommit=True) as admin:
        admin.execute(f'create database "{name}"')
        try:
            yield url
        finally:
            admin.execute(f'drop database "{name}" with (force)')


@contextmanager
def application(url: str, folder: str) -> Iterator[None]:
    """Django with the development settings on a migrated database; files go to `folder`."""
    own = {"DJANGO_SETTINGS_MODULE": "config.settings.dev", "DATABASE_URL": url, "BELLWETHER_VAR": folder}
    os.environ.update(own)
    subprocess.run([sys.executable, str(ROOT / "manage.py"), "migrate", "--verbosity", "0"], check=True, cwd=ROOT)
    import django
    from django.db import connections

    django.setup()
    try:
        yield
    finally:
        connections.close_all()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_000_000, help="ledger rows")
    parser.add_argument("--rounds", type=int, default=3, help="how often everything is measured")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, own_database() as url, application(url, folder):
        path = Path(folder) / "ledger.jsonl"
        write_ledger(path, rows=options.rows)
        mapped = map_ledger(path)
        gc.freeze()  # a million rows that live on would otherwise be walked by every collection
        rounds = [one_round(path, mapped) for _ in range(options.rounds)]
    return report(rounds)


def report(rounds: list[list[Result]]) -> int:
    """Print the medians over the rounds; 1 when a goal is missed. A share is taken within its round."""
    print(f"{'':22}{'rows per second':>16}{'of bare':>9}{'goal':>7}   in each round")
    missed = False
    for of_kind in zip(*rounds, strict=True):
        label = of_kind[0].label
        each = [result.per_second / others[0].per_second for result, others in zip(of_kind, rounds, strict=True)]
        goal = GOALS.get(label)
        missed = missed or (goal is not None and median(each) < goal)
        print(
            f"{label:22}{median(result.per_second for result in of_kind):16,.0f}{median(each):9.3f}{goal or '':>7}   ",
            *(f"{share:.3f}" for share in each),
        )
    print("goals:", "missed" if missed else "met")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
