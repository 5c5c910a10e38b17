"""Runs: one a key, answered in a worker, stopped, taken up again, and never left open."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts import jobs
from accounts.errors import Conflict, InvalidInput, NotYours, TooMany
from accounts.leases import Lease
from accounts.models import Event, Job
from accounts.testing.world import World
from agent.chat import limits, queries, runs, services, tasks
from agent.engines import Event as Told
from agent.llm.desk import Stopped
from agent.models import AgentRun, Conversation, Message, RunEvent, ToolCall
from agent.testing.models import ScriptedModel, use
from agent.testing.shop import shop

BRIEF = "What is hurting my funding readiness?"
RunJobs = Callable[..., list[Any]]


def ask(world: World, text: str = BRIEF, **more: Any) -> AgentRun:
    return services.ask(world.business, more.pop("user", world.owner), text, now=timezone.now(), **more)


def kinds(run: AgentRun) -> list[str]:
    return [event.kind for event in RunEvent.objects.filter(run=run).order_by("seq")]


class TestAnsweredAtOnce:
    def test_the_analyst_leaves_a_run_with_its_events(self, world: World, wakeups: Any) -> None:
        shop(world.business, as_of=timezone.now())
        run = ask(world)
        run.refresh_from_db()
        assert (run.state, run.engine, run.fallback) == ("done", "analyst/1", "")
        assert run.answer is not None and run.answer.seq == run.question.seq + 1
        assert kinds(run) == ["tool"] * 4 + ["ended"] and run.ended_at is not None
        assert Job.objects.count() == 0


class TestKeys:
    def test_the_same_key_is_the_same_run(self, world: World, wakeups: Any) -> None:
        assert ask(world, key="k1") == ask(world, key="k1")
        assert Message.objects.count() == 2 and AgentRun.objects.count() == 1

    def test_a_key_with_another_question_is_refused(self, world: World, wakeups: Any) -> None:
        ask(world, key="k1")
        with pytest.raises(Conflict) as refused:
            ask(world, "Something else?", key="k1")
        assert refused.value.code == "key_reused"

    def test_the_key_of_somebody_else_is_theirs(self, world: World, wakeups: Any) -> None:
        assert ask(world, key="k1") != ask(world, key="k1", user=world.member)

    @pytest.mark.parametrize("key", ["x" * 81, "a\x00b", "a\nb"])
    def test_a_key_is_short_and_printable(self, world: World, wakeups: Any, key: str) -> None:
        with pytest.raises(InvalidInput):
            ask(world, key=key)


class TestInAWorker:
    @pytest.fixture(autouse=True)
    def model(self, world: World, monkeypatch: pytest.MonkeyPatch, wakeups: Any) -> ScriptedModel:
        shop(world.business, as_of=timezone.now())
        return use(ScriptedModel(), monkeypatch)

    def test_a_question_waits_for_a_worker_who_answers_it_once(
        self, world: World, model: ScriptedModel, run_jobs: RunJobs
    ) -> None:
        run = ask(world)
        assert run.state == "waiting" and run.answer is None
        assert [job.state for job in run_jobs()] == ["done"]
        run.refresh_from_db()
        assert (run.state, run.engine, run.model) == ("done", "model/1", "scripted")
        assert kinds(run)[:4] == ["tool"] * 4 and kinds(run)[-1] == "ended" and "text" in kinds(run)
        numbers = list(RunEvent.objects.filter(run=run).order_by("seq").values_list("seq", flat=True))
        assert numbers == list(range(1, len(numbers) + 1))
        assert run.answer is not None and run.answer.grounding["figures"] == run.answer.grounding["matched"] > 0
        assert ToolCall.objects.filter(message=run.answer).count() == 4
        assert model.asked == [BRIEF]

    def test_a_job_delivered_twice_asks_the_model_once(
        self, world: World, model: ScriptedModel, run_jobs: RunJobs
    ) -> None:
        run = ask(world)
        tasks.answer_question.enqueue(world.business, run_id=str(run.pk))
        assert [job.result for job in run_jobs()] == [{"state": "done"}, {"state": "ended"}]
        assert model.asked == [BRIEF] and Message.objects.filter(role="assistant").count() == 1

    def test_a_run_whose_worker_was_lost_gets_the_analysts_answer(
        self, world: World, model: ScriptedModel, run_jobs: RunJobs, settings: Any
    ) -> None:
        run = ask(world)
        job = Job.objects.get(name="agent.chat.answer")
        assert Lease.claim(job.pk, now=timezone.now()) is not None  # this worker says no more
        AgentRun.objects.filter(pk=run.pk).update(state="running")
        later = timezone.now() + timedelta(seconds=settings.JOB_LEASE_SECONDS + 1)
        assert jobs.sweep(now=later)["requeued"] == 1
        run_jobs(ahead=timedelta(minutes=5))
        run.refresh_from_db()
        assert (run.state, run.engine, run.error) == ("failed", "analyst/1", "The worker was lost while it answered.")
        assert run.answer is not None and "Your funding readiness is" in run.answer.text
        assert RunEvent.objects.get(run=run, kind="notice").body["text"] == runs.INTERRUPTED
        assert model.asked == []

    def test_a_run_that_fails_in_every_attempt_is_ended_with_words(
        self, world: World, run_jobs: RunJobs, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def broken(*args: Any, **named: Any) -> None:
            raise ZeroDivisionError("no way")

        monkeypatch.setattr(tasks, "answer_run", broken)
        monkeypatch.setattr(runs, "answer_here", broken)
        run = ask(world)
        run_jobs(ahead=timedelta(hours=1))
        run.refresh_from_db()
        assert run.state == "failed" and run.answer is None and "no way" in run.error
        assert kinds(run) == ["notice", "ended"]

    def test_a_run_that_nobody_ends_is_ended_after_ten_minutes(self, world: World, run_jobs: RunJobs) -> None:
        run, young = ask(world), ask(world)
        AgentRun.objects.filter(pk=run.pk).update(created_at=timezone.now() - timedelta(minutes=11))
        Job.objects.all().delete()
        tasks.end_lost.enqueue()
        assert run_jobs()[0].result == {"ended": 1}
        run.refresh_from_db()
        young.refresh_from_db()
        assert (run.state, young.state) == ("failed", "waiting")

    def test_stopping_ends_it_at_the_next_word(
        self, world: World, monkeypatch: pytest.MonkeyPatch, run_jobs: RunJobs
    ) -> None:
        run = ask(world)

        def press() -> None:
            runs.stop(world.business, world.owner, run.pk, now=timezone.now())

        use(ScriptedModel(between=press), monkeypatch)
        assert [job.result for job in run_jobs()] == [{"state": "cancelled"}]
        run.refresh_from_db()
        assert run.state == "cancelled" and run.answer is None and kinds(run)[-1] == "ended"
        assert Message.objects.filter(role="assistant").count() == 0
        assert Event.objects.filter(name="agent.chat.stopped").count() == 1

    def test_what_is_stopped_before_its_turn_is_never_asked(
        self, world: World, model: ScriptedModel, run_jobs: RunJobs
    ) -> None:
        run = ask(world)
        runs.stop(world.business, world.owner, run.pk, now=timezone.now())
        run_jobs()
        assert model.asked == []

    def test_an_ended_run_takes_no_more_events_and_no_second_answer(self, world: World, run_jobs: RunJobs) -> None:
        run = ask(world)
        run_jobs()
        before = kinds(run)
        runs.stop(world.business, world.owner, run.pk, now=timezone.now())
        with pytest.raises(Stopped):
            runs.tell(run, [], now=timezone.now())
        run.refresh_from_db()
        assert run.state == "done" and kinds(run) == before

    def test_nobody_stops_the_run_of_another(self, world: World) -> None:
        run = ask(world)
        for business, user in ((world.business, world.member), (world.other, world.stranger)):
            with pytest.raises(NotYours):
                runs.stop(business, user, run.pk, now=timezone.now())
            with pytest.raises(NotYours):
                queries.run(business, user, run.pk)

    def test_a_person_has_two_at_once_and_their_teammate_two_more(self, world: World, run_jobs: RunJobs) -> None:
        for _ in range(limits.AT_ONCE):
            ask(world)
        with pytest.raises(TooMany, match="2 of your questions"):
            ask(world)
        assert ask(world, user=world.member)
        run_jobs()
        assert ask(world)

    def test_answers_stand_behind_their_own_questions_whichever_ends_first(
        self, world: World, run_jobs: RunJobs
    ) -> None:
        first = ask(world)
        second = ask(world, "How many disputes must I answer?", conversation_id=first.conversation_id)
        Job.objects.filter(args__run_id=str(first.pk)).update(due_at=timezone.now() + timedelta(minutes=1))
        run_jobs(ahead=timedelta(minutes=2))
        conversation = Conversation.objects.get()
        turns = queries.turns(world.business, world.owner, conversation)
        assert [turn.message.role for turn in turns if turn.message] == ["user", "assistant"] * 2
        assert turns[1].run == first and turns[3].run == second

    def test_what_a_provider_cut_short_says_so(
        self, world: World, monkeypatch: pytest.MonkeyPatch, run_jobs: RunJobs
    ) -> None:
        use(ScriptedModel(partial=True, notice="The budget is used up."), monkeypatch)
        run = ask(world)
        run_jobs()
        run.refresh_from_db()
        assert run.answer is not None and run.answer.status == "partial"
        assert queries.turns_of_run(world.business, world.owner, run)[-1].last_word == "The budget is used up."


def test_text_is_gathered_and_keeps_its_order(world: World, wakeups: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pieces within the pause become one event; a tool between them comes after what was said before it."""
    use(ScriptedModel(), monkeypatch)
    run = ask(world)
    job = Job.objects.get(name="agent.chat.answer")
    lease = Lease.claim(job.pk, now=timezone.now())
    assert lease is not None
    times = iter([10.0, 10.0, 10.0, 10.1, 10.2, 10.3, 11.0])
    teller = tasks.Teller(jobs.JobRun(lease.job, world.business, timezone.now(), lease), run, 9.5, lambda: next(times))
    for piece in "abcd":
        teller(Told.text(piece))
    teller(Told(RunEvent.Kind.TOOL, {"tool": "get_x", "label": "X", "status": "ok"}))
    found = [(event.kind, event.body.get("text")) for event in RunEvent.objects.filter(run=run).order_by("seq")]
    assert found == [("text", "a"), ("text", "bcd"), ("tool", None)]
    run.refresh_from_db()
    assert run.first_text_ms == 500
