"""One-off reports: the promise in working days, the page behind a link, files, deliveries, and what is late."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.conf import settings
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client, override_settings
from django.utils import timezone

from accounts.errors import InvalidInput
from accounts.inbox import drain
from accounts.models import Event, InboxDelivery
from billing.autopsy import extras, items
from billing.autopsy.calc import promised_by
from billing.autopsy.extras import Ask, Extra
from billing.autopsy.page_links import page_token
from billing.autopsy.tasks import watch_late
from billing.autopsy.webhook import sign
from billing.models import WorkFile, WorkItem
from billing.testing.odoo import AUTOPSY, line, payment, reading, taken

CSV = b"Ticket,Open Time,Type\n1,2026.06.01 10:00:00,buy\n"


class TestPromise:
    @pytest.mark.parametrize(
        ("start", "days", "end"),
        [
            ("2026-06-15T10:00", 3, "2026-06-18T10:00"),  # Monday to Thursday
            ("2026-06-18T10:00", 3, "2026-06-23T10:00"),  # over a weekend
            ("2026-06-19T23:59", 1, "2026-06-22T23:59"),  # Friday to Monday
            ("2026-06-20T10:00", 1, "2026-06-23T00:00"),  # a Saturday counts as Monday's beginning
            ("2026-06-21T10:00", 0, "2026-06-22T00:00"),
            ("2026-06-15T10:00", 0, "2026-06-15T10:00"),
        ],
    )
    def test_counts_working_days(self, start: str, days: int, end: str) -> None:
        began, promised = (datetime.fromisoformat(text).replace(tzinfo=UTC) for text in (start, end))
        assert promised_by(began, working_days=days) == promised


@pytest.fixture
def item(db: Any, wakeups: Any, tmp_path: Any) -> Any:
    """A report that was paid just now; files go to a folder of the test."""
    now = timezone.now()
    paid = reading(sku=AUTOPSY, lines=(line(AUTOPSY),), version=now, ordered_at=now,
                   payments=(payment(amount=9_900, paid_at=now),))  # fmt: skip
    taken(paid, now=now)
    storages = {**settings.STORAGES, "default": {"BACKEND": "django.core.files.storage.FileSystemStorage",
                                                 "OPTIONS": {"location": str(tmp_path)}}}  # fmt: skip
    with override_settings(STORAGES=storages):
        yield WorkItem.objects.get()


def address(item: WorkItem, *, now: datetime | None = None) -> str:
    return f"/orders/{page_token(item, now=now or timezone.now())}/"


def text(response: Any) -> str:
    return " ".join(response.content.decode().split())


class TestPage:
    def test_shows_status_promise_and_honest_gaps_without_a_log_in(self, client: Client, item: WorkItem) -> None:
        response = client.get(address(item))
        assert response.status_code == 200 and "no-store" in response["Cache-Control"]
        shown = text(response)
        assert "S00042" in shown and "Ordered and paid" in shown and "promised by" in shown
        assert shown.count("It appears once your trades are here.") == 2
        assert "david@trader.example" not in shown

    def test_reading_it_writes_nothing(self, client: Client, item: WorkItem) -> None:
        before = Event.objects.count()
        client.get(address(item))
        client.head(address(item))
        assert Event.objects.count() == before and item.steps.count() == 1

    def test_ends(self, client: Client, item: WorkItem) -> None:
        long_ago = timezone.now() - timedelta(days=settings.ORDER_LINK_DAYS, seconds=1)
        assert client.get(address(item, now=long_ago)).status_code == 404

    @pytest.mark.parametrize("change", [lambda token: token[:-1], lambda token: "x" + token, lambda token: "1:x:y"])
    def test_forged_links_are_nothing(self, client: Client, item: WorkItem, change: Callable[[str], str]) -> None:
        token = page_token(item, now=timezone.now())
        assert client.get(f"/orders/{change(token)}/").status_code == 404
        assert client.post(f"/orders/{change(token)}/files/").status_code == 404

    def test_says_that_it_is_late(self, client: Client, item: WorkItem) -> None:
        WorkItem.objects.update(due_at=timezone.now() - timedelta(hours=1))
        assert "We are late." in text(client.get(address(item)))


class TestExtras:
    def test_come_from_whoever_registered(
        self, client: Client, item: WorkItem, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        asked: list[Ask] = []

        def source(ask: Ask) -> Extra:
            asked.append(ask)
            return Extra("You would have passed.", (("Rules", "FTMO <2-step>"),))

        monkeypatch.setattr(extras, "_SOURCES", {})
        extras.register_extra("shadow_boxing", source)
        assert "It appears once your trades are here." in text(client.get(address(item)))
        client.post(f"{address(item)}files/", {"file": SimpleUploadedFile("t.csv", CSV)})
        shown = text(client.get(address(item)))
        assert "You would have passed." in shown and "FTMO &lt;2-step&gt;" in shown
        assert asked[0].paths == (WorkFile.objects.get().file.name,)

    def test_that_fail_never_take_the_page_down(
        self, client: Client, item: WorkItem, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        answers: list[Any] = [InvalidInput("This file has no trades."), RuntimeError("secret detail"), None]

        def source(ask: Ask) -> Extra | None:
            answer = answers.pop(0)
            if isinstance(answer, Exception):
                raise answer
            return answer

        monkeypatch.setattr(extras, "_SOURCES", {"cohort": source})
        client.post(f"{address(item)}files/", {"file": SimpleUploadedFile("t.csv", CSV)})
        assert "This file has no trades." in text(client.get(address(item)))
        failed = text(client.get(address(item)))
        assert "could not be made" in failed and "secret detail" not in failed
        assert "does not hold enough" in text(client.get(address(item)))

    def test_only_promised_ones_can_be_registered(self) -> None:
        with pytest.raises(KeyError):
            extras.register_extra("horoscope", lambda ask: None)


class TestFiles:
    def send(self, item: WorkItem, name: str = "trades.csv", content: bytes = CSV) -> str:
        client = Client()
        client.post(f"{address(item)}files/", {"file": SimpleUploadedFile(name, content)})
        return text(client.get(address(item)))

    def test_are_kept_with_the_item(self, item: WorkItem) -> None:
        assert "Your file is here." in self.send(item, "../../etc/my trades.csv")
        kept = WorkFile.objects.get()
        assert (kept.name, kept.size) == ("my trades.csv", len(CSV))
        assert kept.file.name.startswith(f"orders/{item.pk}/") and kept.file.read() == CSV
        assert [step.kind for step in item.steps.all()] == ["ordered", "file"]

    def test_the_same_bytes_are_kept_once(self, item: WorkItem) -> None:
        self.send(item)
        assert "We have this file already." in self.send(item, "other-name.csv")
        assert WorkFile.objects.count() == 1

    @pytest.mark.parametrize(
        ("name", "content", "said"),
        [
            ("empty.csv", b"", "empty"),
            ("virus.exe", b"MZ", "Send the export"),
            ("no-text.csv", b"PK\x03\x04\x00\x00", "Send the export"),
            ("no-book.xlsx", b"a,b\n", "Send the export"),
            ("big.csv", b"x" * (25 * 1024 * 1024 + 1), "25 MiB"),
        ],
    )
    def test_others_are_refused_with_a_reason(self, item: WorkItem, name: str, content: bytes, said: str) -> None:
        assert said in self.send(item, name, content)
        assert WorkFile.objects.count() == 0

    def test_a_finished_report_takes_none(self, item: WorkItem) -> None:
        items.move(item, "delivered", now=timezone.now())
        Client().post(f"{address(item)}files/", {"file": SimpleUploadedFile("t.csv", CSV)})
        assert WorkFile.objects.count() == 0

    def test_no_file_and_too_many_files_are_said(self, item: WorkItem) -> None:
        client = Client()
        client.post(f"{address(item)}files/")
        assert "Choose a file first." in text(client.get(address(item)))
        for number in range(10):
            self.send(item, content=CSV + b"%d" % number)
        assert "10 files" in self.send(item, content=CSV + b"eleven")

    def test_a_clock_that_waited_for_them_runs_again(self, item: WorkItem) -> None:
        items.move(item, "waiting", now=timezone.now())
        assert WorkItem.objects.get().due_at is None
        self.send(item)
        again = WorkItem.objects.get()
        assert again.state == "open" and again.due_at > timezone.now() + timedelta(days=2)


class TestLate:
    def watch(self, run_jobs: Callable[..., Any]) -> list[Any]:
        watch_late.enqueue()
        mail.outbox.clear()
        run_jobs()
        return [message for message in mail.outbox if message.subject.startswith("Crucial")]

    def test_staff_is_told_once(self, item: WorkItem, run_jobs: Callable[..., Any]) -> None:
        assert self.watch(run_jobs) == []
        WorkItem.objects.update(due_at=timezone.now() - timedelta(minutes=1))
        told = self.watch(run_jobs)
        assert [message.to for message in told] == [["staff@bellwether.example"]]
        assert "S00042" in told[0].body and "david@" not in told[0].body
        assert Event.objects.filter(name="billing.autopsy.late").count() == 1
        assert self.watch(run_jobs) == []

    def test_what_waits_or_is_delivered_is_not_late(self, item: WorkItem, run_jobs: Callable[..., Any]) -> None:
        now = timezone.now()
        items.move(item, "delivered", now=now)
        WorkItem.objects.update(due_at=now - timedelta(days=9))
        assert self.watch(run_jobs) == []

    def test_a_promise_that_was_renewed_may_be_broken_anew(self, item: WorkItem, run_jobs: Callable[..., Any]) -> None:
        WorkItem.objects.update(due_at=timezone.now() - timedelta(minutes=1))
        self.watch(run_jobs)
        items.move(item, "waiting", now=timezone.now())
        items.move(item, "open", now=timezone.now())
        WorkItem.objects.update(due_at=timezone.now() - timedelta(minutes=1))
        assert len(self.watch(run_jobs)) == 1


SECRET = settings.PDF_WEBHOOK_SECRETS[0]


def call(body: Any, *, secret: str = SECRET, age: int = 0, signature: str | None = None) -> Any:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    header = sign(raw, secret, int(timezone.now().timestamp()) - age) if signature is None else signature
    return Client().post(
        "/webhooks/pdf/delivered", raw, content_type="application/json", headers={"X-Bellwether-Signature": header}
    )


DELIVERED = {"order": "S00042", "delivery_id": "pdf-1"}


class TestDelivered:
    def outcomes(self) -> list[tuple[str, str]]:
        drain(now=timezone.now())
        return list(InboxDelivery.objects.order_by("pk").values_list("state", "outcome"))

    def test_ends_the_work_and_tells_the_customer(self, item: WorkItem, run_jobs: Callable[..., Any]) -> None:
        assert call(DELIVERED).status_code == 204
        assert self.outcomes() == [("processed", "The report of S00042 is delivered.")]
        item.refresh_from_db()
        assert item.state == "delivered" and item.delivered_at is not None
        run_jobs()
        assert "on its way" in mail.outbox[-1].subject

    def test_counts_once_however_often_it_is_said(self, item: WorkItem) -> None:
        for _ in range(3):
            assert call(DELIVERED).status_code == 204
        call({**DELIVERED, "delivery_id": "pdf-2"})
        assert [state for state, _ in self.outcomes()] == ["processed", "ignored"]
        assert Event.objects.filter(name="billing.autopsy.delivered").count() == 1

    @pytest.mark.parametrize(
        "wrong",
        [
            {"secret": "another-secret-0123456789"}, {"signature": ""}, {"signature": "t=1,v1=zz"}, {"age": 301},
            {"age": -301}, {"signature": f"t=1,v1={'0' * 64}"},
        ],
    )  # fmt: skip
    def test_forged_unsigned_or_old_is_refused(self, item: WorkItem, wrong: dict[str, Any]) -> None:
        assert call(DELIVERED, **wrong).status_code == 403
        assert InboxDelivery.objects.count() == 0

    @pytest.mark.parametrize(
        "body", [b"", b"[]", {}, {"order": "S1"}, {"order": 1, "delivery_id": "x"}, {"order": "", "delivery_id": ""}]
    )
    def test_what_says_nothing_is_refused(self, item: WorkItem, body: Any) -> None:
        assert call(body).status_code == 400

    def test_an_unknown_order_is_kept_with_a_reason(self, item: WorkItem) -> None:
        call({**DELIVERED, "order": "S99999"})
        assert self.outcomes() == [("ignored", "No report belongs to S99999.")]

    @override_settings(PDF_WEBHOOK_SECRETS=[])
    def test_without_a_secret_the_door_is_closed(self, item: WorkItem) -> None:
        assert call(DELIVERED).status_code == 404
