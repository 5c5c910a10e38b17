"""Asking over the API: the briefs' shapes, runs in a worker, what is refused, and nothing of other businesses."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.testing.world import World
from agent import api
from agent.chat import runs, services
from agent.models import AgentRun, Conversation, Feedback, Message
from agent.testing.models import ScriptedModel, use
from agent.testing.shop import shop

BRIEF = "What is hurting my funding readiness?"
ClientOf = Callable[[Any], Client]
BASE = "/api/v1/agent"


@pytest.fixture
def client(world: World, client_of: ClientOf, wakeups: Any) -> Client:
    shop(world.business, as_of=timezone.now())
    return client_of(world.owner)


def post(client: Client, path: str, body: dict[str, Any] | None = None, **headers: str) -> Any:
    return client.post(path, body or {}, content_type="application/json", headers=headers)


def chat(client: Client, message: str = BRIEF, key: str = "", **body: Any) -> Any:
    headers = {"Idempotency-Key": key} if key else {}
    return post(client, f"{BASE}/chat", {"message": message, **body}, **headers)


class TestQuestions:
    def test_say_how_far_they_can_be_relied_on(self, client: Client) -> None:
        body = post(client, "/api/v1/questions", {"question": BRIEF}).json()
        assert set(body) >= {"question", "answer", "confidence", "data_sources"}
        assert body["question"] == BRIEF and Decimal(0) < Decimal(body["confidence"]) <= 1
        assert body["data_sources"][:2] == ["readiness_breakdown", "top_recommendations"]
        assert any(source.startswith("knowledge:") for source in body["data_sources"])

    def test_that_have_no_answer_have_no_confidence(self, client: Client) -> None:
        body = post(client, "/api/v1/questions", {"question": "Who wins the cup?"}).json()
        assert body["confidence"] == "0" and body["data_sources"] == []

    @pytest.mark.parametrize(("body", "status"), [({"question": ""}, 400), ({}, 400), ({"question": "x" * 9000}, 413),
                                                  ({"question": "a", "tenant_id": "T-001"}, 400)])  # fmt: skip
    def test_are_refused_where_they_are_none(self, client: Client, body: dict[str, Any], status: int) -> None:
        assert post(client, "/api/v1/questions", body).status_code == status
        assert Message.objects.count() == 0


class TestKeys:
    def test_make_a_repeated_call_the_same_answer(self, client: Client) -> None:
        first, second = chat(client, key="abc").json(), chat(client, key="abc").json()
        assert first == second and AgentRun.objects.count() == 1
        assert chat(client, key="def").json()["run_id"] != first["run_id"]

    def test_with_another_question_are_a_conflict(self, client: Client) -> None:
        chat(client, key="abc")
        refused = chat(client, "Something else?", key="abc")
        assert refused.status_code == 409 and refused.json()["error"]["code"] == "key_reused"

    def test_are_short(self, client: Client) -> None:
        assert chat(client, key="x" * 81).status_code == 400


class TestInAWorker:
    @pytest.fixture(autouse=True)
    def _model(self, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
        use(ScriptedModel(notice="The model was slow."), monkeypatch)
        monkeypatch.setattr(api.time, "sleep", lambda seconds: None)

    def test_the_answer_is_elsewhere_and_comes_when_it_is_there(self, client: Client, run_jobs: Any) -> None:
        asked = chat(client)
        assert asked.status_code == 303 and asked.json()["state"] == "waiting"
        waiting = client.get(asked["Location"])
        assert waiting.status_code == 202 and waiting["Location"] == asked.json()["url"]
        run_jobs()
        there = client.get(asked["Location"])
        body = there.json()
        assert there.status_code == 200 and set(body) >= {"conversation_id", "message_id", "response", "tool_calls"}
        assert (body["engine"], body["notice"]) == ("model/1", "The model was slow.")
        assert chat(client, conversation_id=body["conversation_id"]).status_code == 303

    def test_a_single_question_keeps_its_own_shape(self, client: Client, run_jobs: Any) -> None:
        asked = post(client, "/api/v1/questions", {"question": BRIEF})
        run_jobs()
        assert set(client.get(asked["Location"]).json()) >= {"answer", "confidence", "data_sources"}

    def test_a_run_tells_what_happened_behind_a_number(self, client: Client, run_jobs: Any) -> None:
        address = chat(client).json()["url"]
        run_jobs()
        run = client.get(address).json()
        kinds = [event["kind"] for event in run["events"]]
        assert run["state"] == "done" and kinds[:4] == ["tool"] * 4 and kinds[-2:] == ["notice", "ended"]
        rest = client.get(address, {"after": run["last_seq"] - 1}).json()
        assert [event["kind"] for event in rest["events"]] == ["ended"] and rest["last_seq"] == run["last_seq"]

    def test_a_stopped_run_has_no_answer(self, client: Client, run_jobs: Any) -> None:
        asked = chat(client)
        stopped = post(client, f"{asked.json()['url']}/stop")
        assert stopped.json()["state"] == "cancelled"
        run_jobs()
        assert client.get(asked["Location"]).status_code == 409 and Message.objects.count() == 1

    def test_a_third_question_at_once_has_to_wait(self, client: Client) -> None:
        assert [chat(client).status_code for _ in range(3)] == [303, 303, 429]

    def test_a_rejected_draft_is_not_told(self, client: Client, run_jobs: Any) -> None:
        asked = chat(client)
        run_jobs()
        Message.objects.filter(role="assistant").update(grounding={"figures": 1, "matched": 1, "rejected": "secret"})
        assert "secret" not in client.get(asked["Location"]).content.decode()


class TestConversations:
    def test_are_listed_renamed_and_deleted(self, client: Client) -> None:
        mine = chat(client).json()["conversation_id"]
        chat(client, "Revenue last month?")
        titles = [one["title"] for one in client.get(f"{BASE}/conversations").json()["conversations"]]
        assert titles == ["Revenue last month?", BRIEF]
        assert len(client.get(f"{BASE}/conversations", {"q": "funding"}).json()["conversations"]) == 1
        renamed = client.patch(f"{BASE}/conversations/{mine}", {"title": "Funding"}, content_type="application/json")
        assert renamed.json()["title"] == "Funding"
        empty = client.patch(f"{BASE}/conversations/{mine}", {"title": " "}, content_type="application/json")
        assert empty.status_code == 400
        assert client.delete(f"{BASE}/conversations/{mine}").status_code == 204
        assert client.get(f"{BASE}/conversations/{mine}").status_code == 404

    def test_answers_are_rated(self, client: Client) -> None:
        address = f"{BASE}/messages/{chat(client).json()['message_id']}/feedback"
        assert post(client, address, {"rating": "down", "reason": "wrong"}).json()["rating"] == "down"
        assert post(client, address, {"rating": "up", "reason": ""}).json()["reason"] == ""
        assert Feedback.objects.get().rating == "up"
        assert post(client, address, {"rating": "sideways"}).status_code == 400

    @pytest.mark.parametrize("who", ["member", "stranger"])
    def test_and_runs_of_others_are_nothing(self, client: Client, world: World, client_of: ClientOf, who: str) -> None:
        mine, other = chat(client).json(), client_of(getattr(world, who))
        run, thread = f"{BASE}/runs/{mine['run_id']}", f"{BASE}/conversations/{mine['conversation_id']}"
        assert [other.get(path).status_code for path in (run, f"{run}/answer", thread)] == [404] * 3
        assert post(other, f"{run}/stop").status_code == 404
        assert other.patch(thread, {"title": "x"}, content_type="application/json").status_code == 404
        assert other.delete(thread).status_code == 404
        rated = post(other, f"{BASE}/messages/{mine['message_id']}/feedback", {"rating": "up"})
        assert rated.status_code == 404
        assert other.get(f"{BASE}/conversations").json()["conversations"] == []
        assert Conversation.objects.get().title == BRIEF

    def test_unknown_ones_are_nothing(self, client: Client) -> None:
        for path in (f"runs/{uuid.uuid4()}", f"runs/{uuid.uuid4()}/answer", f"conversations/{uuid.uuid4()}"):
            assert client.get(f"{BASE}/{path}").status_code == 404

    def test_a_run_that_was_given_up_says_so(
        self, client: Client, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        use(ScriptedModel(), monkeypatch)
        run = services.ask(world.business, world.owner, BRIEF, now=timezone.now())
        runs.give_up(world.business, run.pk, now=timezone.now(), error="worker_lost: stack trace")
        refused = client.get(f"{BASE}/runs/{run.pk}/answer")
        assert refused.status_code == 409 and refused.json()["error"]["details"] == {"state": "failed"}
        assert "stack trace" not in json.dumps(client.get(f"{BASE}/runs/{run.pk}").json())
