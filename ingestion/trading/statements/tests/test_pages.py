"""Pages of statements, and what members do there."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from accounts.testing.deeds import FourRefusals
from accounts.testing.pages import FiveQuestions
from accounts.testing.world import World
from ingestion.models import HeaderMapping, Source, Statement, StatementRow, Trade, TradingAccount
from ingestion.testing.factories import make_trading_account
from ingestion.testing.statements import bad_line, parsed_trade, reading_of
from ingestion.trading.reading.model import Decision

UNKNOWN = b"When;What;Way;Size;Made\n2026-03-02 14:05:00;MNQM6;long;1;10.50\n2026-03-02 15:05:00;MNQM6;short;2;-4.25\n"


def switch_on(world: World) -> None:
    if "trading" not in world.business.desks:
        world.business.desks = [*world.business.desks, "trading"]
        world.business.save(update_fields=["desks"])


def a_statement(world: World, **fields: Any) -> Statement:
    known = {"way": "file", "file": "", "filename": "march.csv", "size": 100, "sha256": "x" * 64, "state": "done"}
    source = Source.objects.filter(provider="statements").first() or make_trading_account(world.business)
    return Statement.objects.create(business=world.business, source=source, **(known | fields))


class Trading:
    @pytest.fixture(autouse=True)
    def _desk(self, world: World, settings: Any, tmp_path: Any) -> None:
        settings.MEDIA_ROOT = tmp_path
        switch_on(world)
        if isinstance(self, FiveQuestions):
            self.page_kwargs(world)  # what the page shows is there before it is looked at


class TestStatementsPage(Trading, FiveQuestions):
    url = "trading:statements"
    permission = "read:sources"

    def test_lists_what_came_and_what_became_of_it(self):
        a_statement(self.world, counts={"accepted": 12, "quarantined": 3})
        a_statement(self.world, filename="april.csv", state="received")
        a_statement(self.world, filename="now.csv", state="matching")
        body = self.client_of(self.world.viewer).get(self.address(self.world)).content.decode()
        assert "march.csv" in body and "Waits for now.csv" in body
        assert "Upload a statement" not in body


class TestStatementPage(Trading, FiveQuestions):
    url = "trading:statement"
    permission = "read:sources"

    def page_kwargs(self, world: World) -> dict[str, Any]:
        found = Statement.objects.filter(business=world.business).order_by("-pk").first() or a_statement(world)
        return {"statement_id": found.pk}

    def test_of_another_business_is_not_there(self):
        statement = a_statement(self.world)
        address = reverse("trading:statement", kwargs={"business": "zenith", "statement_id": statement.pk})
        self.world.other.desks = ["trading"]
        self.world.other.save(update_fields=["desks"])
        assert self.client_of(self.world.stranger).get(address).status_code == 404

    def test_shows_every_set_aside_line_with_its_text_escaped(self):
        counts = {"lines": 3, "accepted": 1, "known": 0, "revised": 0, "duplicate": 0, "quarantined": 1, "other": 1}
        statement = a_statement(self.world, state="partial", counts=counts)
        StatementRow.objects.create(
            business=self.world.business, statement=statement, number=7, kind="bad", cells=["<b>=1+1</b>"],
            status="quarantined", reason="Not a number.",
        )  # fmt: skip
        body = self.client_of(self.world.owner).get(self.address(self.world)).content.decode()
        assert "Not a number." in body and "&lt;b&gt;=1+1" in body and "3 lines = 1 new" in body

    def test_while_it_is_read_the_page_looks_again_by_itself(self):
        a_statement(self.world, state="matching")
        body = self.client_of(self.world.owner).get(self.address(self.world)).content.decode()
        assert 'hx-trigger="every 2s"' in body

    def test_asks_its_questions(self):
        question = {"key": "zone", "text": "Which clock?", "choices": [["UTC", "UTC"]], "because": "It says none."}
        a_statement(self.world, state="needs_input", questions=[question])
        body = self.client_of(self.world.owner).get(self.address(self.world)).content.decode()
        assert "Which clock?" in body and "It says none." in body


class TestProgressPage(Trading, FiveQuestions):
    url = "trading:statement_progress"
    permission = "read:sources"

    def page_kwargs(self, world: World) -> dict[str, Any]:
        found = Statement.objects.filter(business=world.business).order_by("-pk").first() or a_statement(world)
        return {"statement_id": found.pk}

    def test_reloads_the_page_when_it_is_over(self):
        response = self.client_of(self.world.owner).get(self.address(self.world), headers={"HX-Request": "true"})
        assert response["HX-Refresh"] == "true"


class TestAppendPage(Trading, FiveQuestions):
    url = "trading:append"
    permission = "write:sources"


class TestAccountPage(Trading, FiveQuestions):
    url = "trading:account"
    permission = "read:sources"

    def page_kwargs(self, world: World) -> dict[str, Any]:
        held = Source.objects.filter(provider="statements").first() or make_trading_account(world.business)
        return {"source_id": held.pk}


class TestMappingPage(Trading, FiveQuestions):
    url = "trading:mapping"
    permission = "write:sources"

    def page_kwargs(self, world: World) -> dict[str, Any]:
        found = Statement.objects.filter(business=world.business).order_by("-pk").first()
        return {"statement_id": (found or unknown_table(world)).pk}


def unknown_table(world: World) -> Statement:
    statement = a_statement(world, state="needs_input", questions=[])
    statement.file.save("u.csv", ContentFile(UNKNOWN))
    return statement


class TestUploadDeed(Trading, FourRefusals):
    url, permission = "trading:upload", "write:sources"


class TestPreviewDeed(Trading, FourRefusals):
    url, permission = "trading:append_preview", "write:sources"


class TestPasteDeed(Trading, FourRefusals):
    url, permission = "trading:append_paste", "write:sources"


class OfStatement(Trading, FourRefusals):
    permission = "write:sources"

    def deed_kwargs(self, world: World) -> dict[str, Any]:
        switch_on(world)
        return {"statement_id": a_statement(world).pk}


class TestAnswerDeed(OfStatement):
    url = "trading:statement_answer"


class TestRetryDeed(OfStatement):
    url = "trading:statement_retry"


class TestDuplicatesDeed(OfStatement):
    url = "trading:statement_duplicates"


class TestMappingDeed(OfStatement):
    url = "trading:mapping_save"


class TestAccountDeed(Trading, FourRefusals):
    url, permission = "trading:account_save", "write:sources"

    def deed_kwargs(self, world: World) -> dict[str, Any]:
        return {"source_id": make_trading_account(world.business).pk}


del OfStatement


@pytest.mark.django_db
class TestJourneys:
    @pytest.fixture
    def browser(self, world: World, client_of: Any, read: Any) -> Any:
        return client_of(world.manager)

    def to(self, world: World, name: str, **kwargs: Any) -> str:
        return reverse(f"trading:{name}", kwargs={"business": world.business.slug, **kwargs})

    def test_a_file_is_uploaded_and_read(self, world, browser, far_side, run_jobs):
        data = far_side.file("a", reading_of(parsed_trade(native_id="1"), bad_line()))
        response = browser.post(self.to(world, "upload"), {"file": SimpleUploadedFile("march.csv", data)})
        statement = Statement.objects.get()
        assert response["Location"] == self.to(world, "statement", statement_id=statement.pk)
        assert statement.way == "baseline"
        run_jobs()
        body = browser.get(response["Location"]).content.decode()
        assert "3 lines = 1 new" in body and "no number" in body

    def test_an_empty_file_is_told_at_once(self, world, browser):
        response = browser.post(self.to(world, "upload"), {"file": SimpleUploadedFile("march.csv", b"")})
        assert response.status_code == 400 and "The file is empty" in response.content.decode()
        assert not Statement.objects.exists()

    def test_a_paste_is_shown_before_it_is_appended(self, world, browser, far_side, read, run_jobs):
        read("a", reading_of(*(parsed_trade(n * 9, native_id=str(n)) for n in range(3))))
        changed = parsed_trade(0, native_id="0", gross="12")
        text = far_side.file(
            "paste", reading_of(changed, parsed_trade(18, native_id="2"), parsed_trade(60, native_id="9"))
        )
        response = browser.post(self.to(world, "append_preview"), {"text": text.decode(), "account": ""})
        found = response.context["found"]
        assert found.counts == {"changed": 1, "known": 1, "new": 1, "missing": 1}
        assert ("gross", "10", "12") in [(c.field, c.before, c.after) for e in found.entries for c in e.changes]
        assert Statement.objects.count() == 1
        browser.post(self.to(world, "append_paste"), {"text": text.decode(), "account": ""})
        run_jobs()
        pasted = Statement.objects.get(way="paste")
        assert (pasted.counts["accepted"], pasted.counts["revised"], pasted.counts["known"]) == (1, 1, 1)

    def test_what_is_no_statement_is_told_beside_the_text(self, world, browser):
        response = browser.post(self.to(world, "append_preview"), {"text": "hello", "account": ""})
        assert response.status_code == 400 and "This is no statement." in response.content.decode()

    def test_another_clock_never_changes_a_result(self, world, browser, read, run_jobs):
        def clocked(hints: Any) -> Any:
            hours = {"+02:00": 2, "+05:00": 5}[hints.zone or "+02:00"]
            trade = parsed_trade(native_id="")
            moved = {name: getattr(trade, name) - timedelta(hours=hours) for name in ("opened_at", "closed_at")}
            made_by = Decision("zone", hints.zone or "+02:00", "account", "")
            return reading_of(parsed_trade(**moved), decisions=(made_by,))

        statement = read("a", clocked)
        TradingAccount.objects.update(zone="+02:00")
        before = Trade.objects.get()
        form = {
            "label": "Mine", "currency": "usd", "mode": "netting", "zone": "+05:00", "session_zone": "UTC",
            "session_roll": "00:00", "starting_balance": "", "daily_loss_limit": "",
        }  # fmt: skip
        response = browser.post(self.to(world, "account_save", source_id=statement.source_id), form)
        assert response.status_code == 302
        run_jobs()
        after = Trade.objects.get()
        assert (after.net, after.key) == (before.net, before.key)
        assert before.closed_at - after.closed_at == timedelta(hours=3)
        statement.refresh_from_db()
        assert statement.counts["accepted"] == 1 and statement.state == "done"


@pytest.mark.django_db
class TestMappingJourney:
    def test_columns_are_said_once_and_shown_before_they_are_used_again(
        self, world, client_of, run_jobs, settings, tmp_path, monkeypatch
    ):
        settings.MEDIA_ROOT = tmp_path
        done = SimpleNamespace(written=(), kept=(), failed={})
        monkeypatch.setattr("analytics.trading.tasks.compute", lambda *args, **options: done)
        switch_on(world)
        browser = client_of(world.owner)
        place = {"business": world.business.slug}
        browser.post(reverse("trading:upload", kwargs=place), {"file": SimpleUploadedFile("my.csv", UNKNOWN)})
        run_jobs()
        statement = Statement.objects.get()
        assert statement.state == "needs_input" and statement.format == "unknown"
        form = {"rows": "trade"}
        for number, field in enumerate(("closed_at", "symbol", "direction", "quantity", "net")):
            form[f"column-{number}"] = field
        place["statement_id"] = statement.pk
        browser.post(reverse("trading:mapping_save", kwargs=place), form)
        run_jobs()
        statement.refresh_from_db()
        while statement.state == "needs_input":
            asked = {q["key"]: {"zone": "UTC", "currency": "usd"}.get(q["key"], "") for q in statement.questions}
            given = {f"answer-{n}": asked[q["key"]] for n, q in enumerate(statement.questions)}
            assert browser.post(reverse("trading:statement_answer", kwargs=place), given).status_code == 302
            run_jobs()
            statement.refresh_from_db()
        assert statement.state == "done" and statement.counts["accepted"] == 2
        assert HeaderMapping.objects.get().mapping["Made"] == "net"
        more = UNKNOWN + b"2026-03-03 14:05:00;MNQM6;long;1;3.00\n"
        browser.post(reverse("trading:upload", kwargs={"business": place["business"]}), {
            "file": SimpleUploadedFile("more.csv", more), "account": str(statement.source_id),
        })  # fmt: skip
        run_jobs()
        second = Statement.objects.order_by("-pk").first()
        assert [question["key"] for question in second.questions] == ["mapping"]
        place["statement_id"] = second.pk
        browser.post(reverse("trading:statement_answer", kwargs=place), {"answer-0": "yes"})
        run_jobs()
        second.refresh_from_db()
        assert (second.state, second.counts["accepted"], second.counts["known"]) == ("done", 1, 2)
