"""Measured evaluations: lines that are none are refused, kept ones stay one row, and the console compares them."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db.utils import DatabaseError
from django.test import Client
from django.urls import reverse

from accounts.errors import InvalidInput
from accounts.models import User
from accounts.tenancy import acting_for
from accounts.testing.world import World
from agent.evals.console import compared
from agent.evals.keeping import Line, keep, line_of, read_lines
from agent.evals.model import Case
from agent.evals.outcome import Outcome, Spent
from agent.evals.report import Report
from agent.models import EvaluationRun

AT = datetime(2026, 6, 15, 12, tzinfo=UTC)


def line(*, at: datetime = AT, engine: str = "analyst", **fields: Any) -> Line:
    case = Case("one", "payments", "How much?", tools=frozenset({"get_metric_summary"}))
    spent = Spent(2, 4_000, 50, Decimal("0.0125"))
    outcome = Outcome(case, called=case.tools, milliseconds=120.4, spent=spent, **fields)
    return line_of(Report(engine, (outcome,)), at=at, revision="abc1234")


def spoiled(**fields: Any) -> str:
    return json.dumps(json.loads(line().model_dump_json()) | fields)


@pytest.mark.parametrize(
    "text",
    ["{", "[]", "null", "{}", spoiled(extra=1), spoiled(key="x"), spoiled(at="2026-06-15T12:00:00"), spoiled(engine=""),
     spoiled(engine="<b>"), spoiled(engine="x" * 41), spoiled(questions=0), spoiled(questions=2**31),
     spoiled(right_tools="1.01"), spoiled(right_tools="-0.1"), spoiled(right_tools="NaN"), spoiled(right_tools=None),
     spoiled(recall="0.123456"), spoiled(ungrounded=-1), spoiled(p95_ms="soon"), spoiled(cost_usd="Infinity"),
     spoiled(cost_usd="-1"), spoiled(broken="none"), spoiled(broken=[1])],
)  # fmt: skip
def test_what_is_no_evaluation_is_refused_with_its_line(text: str) -> None:
    with pytest.raises(InvalidInput, match="Line 3 is no evaluation"):
        read_lines([spoiled(), "", text])


def test_a_line_is_read_as_it_was_written() -> None:
    written = line(wrong=("off by one",))
    assert read_lines([written.model_dump_json(), "  "]) == [written] and read_lines([]) == []
    assert written.broken == ("one: wrong figure: off by one",)
    assert (written.input_tokens, written.p95_ms, written.right_tools) == (4_000, 120, Decimal(1))
    assert written.figures_right is None  # no case asked for one


def test_a_line_kept_twice_is_one_row(db: None) -> None:
    one, two = line(), line(engine="scripted")
    assert keep([one, one]) == 1 and keep([one, two]) == 1 and keep([]) == 0
    row = EvaluationRun.objects.get(engine="scripted")
    assert (row.key, row.revision, row.cost_usd, row.broken) == (two.key, "abc1234", Decimal("0.0125"), [])


class TestCommand:
    def test_keeps_a_file(self, db: None, tmp_path: Path) -> None:
        file, said = tmp_path / "evaluations.jsonl", StringIO()
        file.write_text(f"{line().model_dump_json()}\n\n")
        call_command("keep_evaluations", str(file), stdout=said)
        call_command("keep_evaluations", str(file), stdout=said)
        assert said.getvalue().splitlines() == ["1 of 1 evaluations are new.", "0 of 1 evaluations are new."]

    @pytest.mark.parametrize("content", [None, b"\xff\xfe", b"{}\n"])
    def test_keeps_nothing_of_a_file_it_cannot_read(self, db: None, tmp_path: Path, content: bytes | None) -> None:
        file = tmp_path / "evaluations.jsonl"
        if content is not None:
            file.write_bytes(line().model_dump_json().encode() + b"\n" + content)
        with pytest.raises(CommandError):
            call_command("keep_evaluations", str(file))
        assert not EvaluationRun.objects.exists()


def test_tenants_see_none_of_it_and_write_none(world: World) -> None:
    keep([line()])
    with acting_for(world.business):
        assert not EvaluationRun.objects.exists()
    with pytest.raises(DatabaseError), acting_for(world.business):
        EvaluationRun.objects.create(**line().model_dump())


class TestConsole:
    @pytest.fixture
    def chief(self, world: World, client_of: Callable[[Any], Client], wakeups: object) -> Client:
        return client_of(User.objects.create_superuser("chief@example.com", "a-long-enough-secret"))

    def test_compares_with_the_time_before_of_the_same_engine(self, chief: Client) -> None:
        keep([line(), line(at=AT + timedelta(days=1))])
        EvaluationRun.objects.filter(at__gt=AT).update(right_tools="0.95", p95_ms=130)
        keep([line(engine="scripted", at=AT + timedelta(days=2))])
        page = chief.get(reverse("admin:agent_evaluationrun_changelist")).content.decode()
        assert page.count("95.0% (was 100.0%)") == 1 and page.count("130 (was 120)") == 1
        assert page.count("(was") == 2  # nothing stands before the first of an engine

    def test_a_row_opens_and_takes_no_change(self, chief: Client) -> None:
        keep([line(leaked=("<img>",))])
        address = reverse("admin:agent_evaluationrun_change", args=[EvaluationRun.objects.get().pk])
        page = chief.get(address).content.decode()
        assert "&lt;img&gt;" in page and chief.post(address, {"engine": "mine"}).status_code == 403


@pytest.mark.parametrize(
    ("share", "before", "shown"),
    [(None, None, "–"), ("1", None, "100.0%"), ("0.9853", "0.9853", "98.5%"), ("0.9", "1", "90.0% (was 100.0%)")],
)
def test_shares(share: str | None, before: str | None, shown: str) -> None:
    assert compared(share and Decimal(share), before and Decimal(before)) == shown  # type: ignore[arg-type]
