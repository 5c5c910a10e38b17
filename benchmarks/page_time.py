"""Does a page of the payments desk take longer when the ledger is larger?

Three businesses with 10 thousand, 100 thousand and 1 million ledger rows over three years, the rest of the facts in
proportion, brought up to date by the desk's real jobs. Then each page is asked for through the whole application
(session, access, row security, queries, template) by a signed-in owner. The baseline, in every round of the same run,
is the same page of the smallest business.

    .venv/bin/python benchmarks/page_time.py [--rows 10000 100000 1000000] [--rounds 30]

Takes the server of DATABASE_URL, or the checkout's embedded one; makes a database there and drops it at the end.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

from ingest import application, own_database

GOAL = 1.3
PAGES = ("readiness", "metrics", "disputes", "payouts")
PERIODS = ("90d", "12m")
YEARS = 3

FACTS = """
with sold as (
  select n, timestamptz '{end}' - make_interval(secs => ({years} * 365 * 86400.0) * (1 - n / {rows}.0)) as at,
    500 + (n::bigint * 7919) % 9500 as amount,
    case when n % 100 < 93 then 'charge' when n % 100 < 97 then 'refund' else 'payout' end as kind
  from generate_series(0, {rows} - 1) n
), ledger as (
  insert into ingestion_balancetransaction (business_id, source_id, external_id, version_at, version_rank,
    content_hash, observed_at, created_at, available_on, currency, amount, fee, net, type, reporting_category, bucket,
    status, source_object, description)
  select {business}, {source}, 'txn_' || n, at, 0, 0, at, at, at, 'usd', signed, fee, signed - fee, kind, kind, bucket,
    'available', 'ch_' || n, ''
  from (select *, case when kind = 'charge' then amount else -amount end as signed,
    case when kind = 'charge' then 30 else 0 end as fee,
    case kind when 'charge' then 'gross' when 'refund' then 'refund' else 'movement' end as bucket from sold) t
), charges as (
  insert into ingestion_charge (business_id, source_id, external_id, version_at, version_rank, content_hash,
    observed_at, created_at, currency, amount, amount_captured, amount_refunded, status, captured, paid, customer,
    payer_key, payment_intent, brand, card_present, failure_code, descriptor, disputed, balance_transaction, invoice)
  select {business}, {source}, 'ch_' || n, at, 0, 0, at, at, 'usd', amount, amount, 0, 'succeeded', true, true,
    'cus_' || n % ({rows} / 20), 'cus_' || n % ({rows} / 20), 'pi_' || n, case n % 3 when 0 then 'visa' else
    'mastercard' end, false, '', 'SHOP', false, 'txn_' || n, ''
  from sold where kind = 'charge'
), disputes as (
  insert into ingestion_dispute (business_id, source_id, external_id, version_at, version_rank, content_hash,
    observed_at, created_at, currency, amount, status, reason, case_type, brand, charge, has_evidence, is_chargeback,
    livemode, closed_at)
  select {business}, {source}, 'dp_' || n, at, 0, 0, at, at, 'usd', amount, case n % 2 when 0 then 'won' else 'lost'
    end, 'fraudulent', '', 'visa', 'ch_' || n, true, true, true, at
  from sold where n % 331 = 0 and kind = 'charge'
)
insert into ingestion_payout (business_id, source_id, external_id, version_at, version_rank, content_hash, observed_at,
  created_at, arrival_date, currency, amount, status, automatic, method, failure_code, balance_transaction)
select {business}, {source}, 'po_' || d, now(), 0, 0, now(), timestamptz '{end}' - make_interval(days => d),
  (timestamptz '{end}' - make_interval(days => d))::date, 'usd', 100000, 'paid', true, 'standard', '', ''
from generate_series(1, {years} * 365) d
"""
DIRTY = """
insert into ingestion_dirtyday (business_id, source_id, desk, day, marked_at)
select {business}, {source}, 'payments', (timestamptz '{end}' - make_interval(days => d))::date, now()
from generate_series(0, {years} * 365 + 1) d
"""


def make_business(rows: int, *, now: datetime) -> Any:
    """A business with its facts, rollups, snapshots and score, and an owner who may see them."""
    from django.db import connection, transaction

    from accounts.models import Business, Member, User
    from analytics.payments.metrics.services import recompute_metrics
    from analytics.payments.readiness.services import recompute_readiness
    from analytics.payments.rollups.services import refresh_rollups
    from ingestion.models import Source

    business = Business.objects.create(slug=f"rows-{rows}", name=f"{rows:,} rows", currency="usd", time_zone="UTC")
    owner = User.objects.create_user(f"owner-{rows}@example.com", "correct-horse-battery", name="Owner")
    Member.objects.create(business=business, user=owner, role="owner")
    source = Source.objects.create(
        business=business, provider="stripe", label="Ledger", external_account=f"acct_{rows}", auth_mode="key",
        state="active", last_synced_at=now, account={"charges_enabled": True, "payouts_enabled": True},
    )  # fmt: skip
    known = {
        "business": f"'{business.pk}'::uuid",
        "source": source.pk,
        "rows": rows,
        "years": YEARS,
        "end": now.isoformat(),
    }
    with connection.cursor() as cursor:
        cursor.execute(FACTS.format(**known))
        cursor.execute(DIRTY.format(**known))
        cursor.execute("analyze")
    began = time.perf_counter()
    with transaction.atomic():
        refreshed = refresh_rollups(business, as_of=now)
    rolled = time.perf_counter()
    with transaction.atomic():
        recomputed = recompute_metrics(business, as_of=now)
        recompute_readiness(business, as_of=now)
    done = time.perf_counter()
    print(
        f"{rows:>10,} rows: {refreshed.days} days rolled up in {rolled - began:.1f} s, "
        f"{recomputed.written} snapshots in {done - rolled:.1f} s",
        flush=True,
    )
    return business, owner


def measure(desks: list[Any], *, rounds: int) -> dict[tuple[str, str], list[list[float]]]:
    """Seconds by page and period: one list of rounds for each business, the businesses taken in turn."""
    from django.test import Client

    clients = []
    for business, owner in desks:
        client = Client(HTTP_HOST="127.0.0.1")
        client.force_login(owner, backend="allauth.account.auth_backends.AuthenticationBackend")
        clients.append((business, client))
    times: dict[tuple[str, str], list[list[float]]] = {}
    for page in PAGES:
        for period in PERIODS:
            taken: list[list[float]] = [[] for _ in clients]
            for number in range(rounds + 3):
                for place, (business, client) in enumerate(clients):
                    began = time.perf_counter()
                    response = client.get(f"/b/{business.slug}/payments/{page}/?period={period}")
                    spent = time.perf_counter() - began
                    if response.status_code != 200 or b"data-empty" in response.content.split(b"<main")[1][:400]:
                        raise RuntimeError(f"{page} of {business.slug} answered {response.status_code} or was empty.")
                    if number >= 3:
                        taken[place].append(spent)
            times[(page, period)] = taken
    return times


def report(sizes: list[int], times: dict[tuple[str, str], list[list[float]]]) -> int:
    """Print medians and, against the smallest business, the median of each round's ratio; 1 when the goal is missed."""
    print(f"{'page':12}{'period':>8}" + "".join(f"{size:>14,}" for size in sizes) + "   ratios")
    worst = 0.0
    for (page, period), taken in times.items():
        ratios = [median(t / base for t, base in zip(own, taken[0], strict=True)) for own in taken[1:]]
        worst = max([worst, *ratios])
        cells = "".join(f"{median(own) * 1000:11.1f} ms" for own in taken)
        print(f"{page:12}{period:>8}{cells}   " + " ".join(f"{ratio:.2f}" for ratio in ratios))
    print(f"largest ratio {worst:.2f}, goal {GOAL}:", "met" if worst <= GOAL else "missed")
    return 0 if worst <= GOAL else 1


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, nargs="+", default=[10_000, 100_000, 1_000_000], help="ledger rows")
    parser.add_argument("--rounds", type=int, default=30, help="how often each page is asked for")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, own_database() as url:
        (Path(folder) / "assets").mkdir()  # the settings take asset folders that exist
        return run(url, folder, options)


def run(url: str, folder: str, options: argparse.Namespace) -> int:
    from django.core.management import call_command

    with application(url, folder):
        for command in (["build_assets"], ["collectstatic", "--no-input", "--verbosity", "0"]):
            call_command(*command)
        now = datetime.now(UTC)
        desks = [make_business(rows, now=now) for rows in options.rows]
        times = measure(desks, rounds=options.rounds)
    return report(options.rows, times)


if __name__ == "__main__":
    sys.exit(main())
