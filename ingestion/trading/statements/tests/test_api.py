"""Statements for programs."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.testing.world import World
from ingestion.models import Statement
from ingestion.testing.statements import START, parsed_trade, reading_of
from ingestion.trading.reading.model import StatedAccount

pytestmark = pytest.mark.django_db
BASE = "/api/v1/trader"


@pytest.fixture
def call(world: World, client_of: Any, read: Any) -> Any:
    browser = client_of(world.manager)

    def ask(path: str, body: dict[str, Any] | None = None) -> Any:
        if body is None:
            return browser.get(f"{BASE}{path}")
        return browser.post(f"{BASE}{path}", json.dumps(body), content_type="application/json")

    ask.browser = browser  # type: ignore[attr-defined]
    return ask


class TestBaseline:
    def test_is_taken_and_read_in_the_background(self, call, far_side, run_jobs):
        data = far_side.file("a", reading_of(parsed_trade(native_id="1")))
        response = call.browser.post(f"{BASE}/baseline/upload", {"file": SimpleUploadedFile("m.csv", data)})
        assert response.status_code == 202 and response.json()["state"] == "received"
        run_jobs()
        told = call("/baseline/status").json()
        assert (told["state"], told["counts"]["accepted"], told["way"]) == ("done", 1, "baseline")

    def test_without_a_statement_there_is_no_status(self, call):
        assert call("/baseline/status").json()["error"]["code"] == "no_statement"

    def test_is_refused_to_who_may_only_read(self, world, client_of, far_side):
        response = client_of(world.viewer).post(
            f"{BASE}/baseline/upload",
            {"file": SimpleUploadedFile("m.csv", b"a"), "business_id": str(world.business.pk)},
        )
        assert response.status_code == 403

    def test_a_stranger_sees_no_status(self, world, client_of, read):
        read("a", reading_of(parsed_trade(native_id="1")))
        response = client_of(world.stranger).get(f"{BASE}/baseline/status?business_id={world.business.pk}")
        assert response.status_code == 403

    def test_questions_are_answered(self, call, read, run_jobs):
        statement = read("a", reading_of(parsed_trade(native_id="1"), account=StatedAccount(("X1",))))
        assert call("/baseline/status").json()["questions"][0]["key"] == "currency"
        wrong = call(f"/statements/{statement.pk}/answers", {"answers": {"currency": "doubloons"}})
        assert wrong.json()["error"]["code"] == "unknown_choice"
        assert call(f"/statements/{statement.pk}/answers", {"answers": {"currency": "eur"}}).status_code == 202
        run_jobs()
        assert call("/baseline/status").json()["state"] == "done"


class TestAppend:
    def test_a_preview_writes_nothing(self, call, far_side):
        text = far_side.file("p", reading_of(parsed_trade(native_id="1"))).decode()
        response = call("/trades/append", {"text": text, "preview": True})
        assert response.status_code == 200 and response.json()["counts"]["new"] == 1
        assert not Statement.objects.exists()

    def test_a_paste_is_appended(self, call, far_side, run_jobs):
        text = far_side.file("p", reading_of(parsed_trade(native_id="1"))).decode()
        assert call("/trades/append", {"text": text}).status_code == 202
        run_jobs()
        assert Statement.objects.get().way == "paste"

    def test_rows_become_a_table(self, call, far_side):
        far_side.file("Symbol,Net\r\nES,1\r\n", reading_of(parsed_trade(native_id="1")))
        assert call("/trades/append", {"rows": [{"Symbol": "ES", "Net": 1}], "preview": True}).status_code == 200

    @pytest.mark.parametrize("body", [{}, {"text": "a", "file": "YQ=="}, {"file": "%%"}])
    def test_one_of_three_is_needed(self, call, body):
        assert call("/trades/append", body).status_code == 400

    def test_too_many_are_told_when_to_come_again(self, call, far_side, settings):
        settings.RATE_LIMITS = True
        text = far_side.file("p", reading_of(parsed_trade(native_id="1"))).decode()
        answers = [call("/trades/append", {"text": text, "preview": True}) for _ in range(61)]
        assert answers[-1].status_code == 429 and int(answers[-1]["Retry-After"]) > 0


class TestHistory:
    def test_pages_through_all_trades_once(self, call, read):
        read("a", reading_of(*(parsed_trade(n * 9, native_id=str(n)) for n in range(7))))
        seen, cursor = [], ""
        for _ in range(4):
            page = call(f"/trades/history?limit=3&cursor={cursor}").json()
            seen += [trade["closed_at"] for trade in page["trades"]]
            cursor = page["next_cursor"]
            if not cursor:
                break
        assert len(seen) == 7 and seen == sorted(seen, reverse=True)
        assert seen[-1].startswith((START + timedelta(minutes=5)).isoformat()[:16])

    @pytest.mark.parametrize("cursor", ["nonsense", "MjAyNi0wMS0wMX4x", "_w"])
    def test_a_cursor_of_ours_is_needed(self, call, cursor):
        assert call(f"/trades/history?cursor={cursor}").json()["error"]["code"] == "bad_cursor"
