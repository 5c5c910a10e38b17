"""What a bought report shows of files that belong to no account: the same record as the desk, and honest refusals."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.cache import cache
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import override_settings

from accounts.errors import InvalidInput
from analytics.models import CohortCell
from analytics.trading.cohort.calc import MEASURES, STEPS, place_of
from analytics.trading.cohort.report import teaser
from analytics.trading.shadow_boxing.report import MOST_PROGRAMMES, snapshot
from analytics.trading.unowned import record_of_files
from billing.autopsy.extras import Ask
from ingestion.sandbox.trading.layouts import metatrader5
from ingestion.sandbox.trading.trader import history

NOW = datetime(2026, 6, 15, 12, tzinfo=UTC)
N = 120


@pytest.fixture(autouse=True)
def folder(tmp_path: Path) -> Iterator[None]:
    backend = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": str(tmp_path)}}
    with override_settings(STORAGES={**settings.STORAGES, "default": backend}):
        cache.clear()
        yield


def stored(data: bytes, name: str = "report.html") -> str:
    return str(default_storage.save(name, ContentFile(data)))


def statement(n: int = N) -> bytes:
    return metatrader5(history(last=date(2026, 6, 12), n=n))


def ask(*paths: str) -> Ask:
    return Ask(1, paths, NOW)


def test_a_file_becomes_the_record_of_its_trades() -> None:
    trades = history(last=date(2026, 6, 12), n=N)
    record = record_of_files([stored(metatrader5(trades))], as_of=NOW)
    assert len(record) == N and record.currency == "usd"
    assert sum(record.exact, Decimal(0)) == sum((one.net for one in trades), Decimal(0))


def test_the_same_file_twice_counts_once() -> None:
    paths = [stored(statement()), stored(statement(), "again.html")]
    assert record_of_files(paths, as_of=NOW).digest == record_of_files(paths[:1], as_of=NOW).digest


@pytest.mark.parametrize("data", [b"", b"hello", b"<html><body>No statement</body></html>"])
def test_what_is_no_statement_is_refused_in_words(data: bytes) -> None:
    with pytest.raises(InvalidInput, match=r"read|ask"):
        record_of_files([stored(data, "notes.csv")], as_of=NOW)


@pytest.mark.django_db
class TestShadowBoxing:
    def test_tells_the_programmes_with_the_best_outlook(self) -> None:
        found = snapshot(ask(stored(statement())))
        assert found is not None and len(found.rows) == MOST_PROGRAMMES and f"{N} closed decisions" in found.text
        assert all(value.startswith(("Passed", "Failed", "Open")) for _, value in found.rows)

    def test_a_short_record_is_played_and_given_no_chances(self) -> None:
        found = snapshot(ask(stored(statement(12))))
        assert found is not None and found.rows and not any("futures" in value for _, value in found.rows)

    def test_is_computed_once_for_the_same_files(self, monkeypatch: Any) -> None:
        path = stored(statement(12))
        first = snapshot(ask(path))
        monkeypatch.setattr("analytics.trading.shadow_boxing.report.record_of_files", None)
        assert snapshot(ask(path)) == first


@pytest.mark.django_db
class TestCohort:
    def test_without_a_cell_it_says_that_too_few_trade_alike(self) -> None:
        found = teaser(ask(stored(statement())))
        assert found is not None and "too small to tell" in found.text and found.rows == ()

    def test_tells_ranks_of_a_cell_that_may_be_told(self) -> None:
        path = stored(statement())
        place = place_of(record_of_files([path], as_of=NOW))
        low_to_high = {name: [step / 50 for step in range(len(STEPS))] for name in MEASURES}
        CohortCell.objects.create(
            asset_class=place.asset_class, style=place.style, size=place.size, businesses=24, decisions=4_000,
            quantiles=low_to_high,
        )  # fmt: skip
        found = teaser(ask(path))
        assert found is not None and "24 accounts" in found.text and found.rows
        assert all(value.startswith("better than") for _, value in found.rows)

    def test_a_short_record_is_not_placed(self) -> None:
        found = teaser(ask(stored(statement(12))))
        assert found is not None and found.rows == () and "12" in found.text
