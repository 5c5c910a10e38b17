"""Verified answers: the plan is kept and never a figure, it goes before a model, and says when it no longer works."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.errors import Conflict, InvalidInput, NotYours
from accounts.keys import create_key
from accounts.models import Event
from accounts.tenancy import acting_for
from accounts.testing.deeds import FourRefusals
from accounts.testing.pages import FiveQuestions
from accounts.testing.world import World
from agent.analyst.engine import Analyst
from agent.chat import services
from agent.knowledge import notes
from agent.models import AgentRun, Message, VerifiedAnswer
from agent.testing.models import ScriptedModel, use
from agent.testing.shop import shop
from agent.verified import answers
from agent.verified.plans import Broken, follow, key_of
from analytics.models import PaymentDay

QUESTION = "What were my gross sales in the last 90 days?"
NOTE = "Gross, as the bank asks for it."
HOSTILE = '<script>alert(1)</script> [ev:c1.f1] [x](https://evil.example) "><img src=https://evil.example/p.png>'


@pytest.fixture(autouse=True)
def _quiet(wakeups: Any) -> None: ...


@pytest.fixture
def now(world: World) -> datetime:
    moment = timezone.now()
    shop(world.business, as_of=moment)
    return moment


def asked(world: World, text: str = QUESTION, *, now: datetime, **more: Any) -> AgentRun:
    return services.ask(more.pop("business", world.business), more.pop("user", world.owner), text, now=now, **more)


def answered(run: AgentRun) -> Message:
    assert run.answer is not None
    return run.answer


def verified(world: World, *, now: datetime, text: str = QUESTION, note: str = NOTE) -> VerifiedAnswer:
    message = answered(asked(world, text, now=now))
    return answers.verify(world.business, world.owner, message.pk, note=note, now=now)


def named(event: str) -> int:
    return Event.objects.filter(name=event).count()


class TestKey:
    @pytest.mark.parametrize(
        "other",
        [
            "what were my gross sales in the last 90 days",
            "  WHAT were\nmy gross sales, in the last “90” days?!",
            f"({QUESTION})",
            f"{QUESTION}\u200b",
        ],
    )
    def test_does_not_mind_capitals_spaces_and_punctuation(self, other: str) -> None:
        assert key_of(other) == key_of(QUESTION) == "what were my gross sales in the last 90 days"

    def test_takes_a_curly_quote_for_a_straight_one(self) -> None:
        assert key_of("What’s my score?") == key_of("what's my score") == "what is my score"

    @pytest.mark.parametrize(
        ("one", "other"),
        [
            ("sales in 2026-10", "sales in 2026 10"),
            ("1.5", "15"),
            ("what is my score", "what was my score"),
            ("-5", "5"),
        ],
    )
    def test_keeps_apart_what_means_otherwise(self, one: str, other: str) -> None:
        assert key_of(one) != key_of(other)

    def test_of_punctuation_alone_is_empty(self) -> None:
        assert key_of(" ?! … ") == ""


class TestVerifying:
    def test_keeps_the_plan_and_no_figure(self, world: World, now: datetime) -> None:
        kept = verified(world, now=now)
        assert kept.plan == {"intent": "metric", "metric": "revenue", "period": "90d", "component": ""}
        assert (kept.question, kept.note, kept.owner, kept.uses) == (QUESTION, NOTE, world.owner, 0)
        assert named("agent.verified.added") == 1
        assert Message.objects.get(role="assistant").verified == answers.words_of(kept)

    def test_again_replaces_with_an_event(self, world: World, now: datetime) -> None:
        first = verified(world, now=now)
        again = verified(world, now=now, text=QUESTION.upper(), note="")
        assert again.pk == first.pk and VerifiedAnswer.objects.count() == 1
        assert (again.note, again.uses, again.question) == ("", 0, QUESTION.upper())
        assert (named("agent.verified.added"), named("agent.verified.replaced")) == (1, 1)

    def test_takes_no_note_and_cleans_one(self, world: World, now: datetime) -> None:
        assert verified(world, now=now, note=" \u200b\n ").note == ""
        assert verified(world, now=now, note="One\r\n\x00two\u202e").note == "One two"
        assert answers.words_of(verified(world, now=now, note="")).endswith(".")

    def test_refuses_a_note_of_301_characters(self, world: World, now: datetime) -> None:
        assert verified(world, now=now, note="x" * 300).note == "x" * 300
        with pytest.raises(InvalidInput) as refused:
            verified(world, now=now, note="x" * 301)
        assert refused.value.details["field"] == "note"

    @pytest.mark.parametrize(
        "text", ["hello", "will it rain in Paris tomorrow", "when do cafés pay for delivered beans"]
    )
    def test_refuses_an_answer_without_a_plan(self, world: World, now: datetime, text: str) -> None:
        beans = "## Payment terms\n\nCafés pay forty days after delivery for delivered beans."
        notes.add_note(world.business, title="Terms", text=beans, user=world.owner, now=now)
        message = answered(asked(world, text, now=now))
        with pytest.raises(Conflict):
            answers.verify(world.business, world.owner, message.pk, note="", now=now)
        assert not VerifiedAnswer.objects.exists()

    @pytest.mark.parametrize(
        "fields", [{"status": "abstained"}, {"status": "partial"}, {"status": "replaced"}, {"engine": "model/1"}]
    )
    def test_refuses_what_is_not_the_analysts_complete_answer(
        self, world: World, now: datetime, fields: dict[str, str]
    ) -> None:
        message = answered(asked(world, now=now))
        Message.objects.filter(pk=message.pk).update(**fields)
        with pytest.raises(Conflict, match="deterministic analyst"):
            answers.verify(world.business, world.owner, message.pk, note="", now=now)

    @pytest.mark.parametrize("text", ["and last month?", "why?", "show me the rows"])
    def test_refuses_a_question_that_leans_on_others(self, world: World, now: datetime, text: str) -> None:
        first = asked(world, now=now)
        message = answered(asked(world, text, now=now, conversation_id=first.conversation_id))
        assert message.slots
        with pytest.raises(Conflict, match="leans"):
            answers.verify(world.business, world.owner, message.pk, note="", now=now)

    def test_refuses_a_question_of_more_than_500_characters(self, world: World, now: datetime) -> None:
        assert verified(world, now=now, text=QUESTION + " x" * 200)
        with pytest.raises(InvalidInput):
            verified(world, now=now, text=QUESTION + " x" * 300)

    def test_is_of_ones_own_conversation_only(self, world: World, now: datetime) -> None:
        theirs = answered(asked(world, now=now))
        for user, pk in ((world.member, theirs.pk), (world.owner, uuid.uuid4())):
            with pytest.raises(NotYours):
                answers.verify(world.business, user, pk, note="", now=now)

    def test_has_a_limit_that_does_not_keep_from_replacing(self, world: World, now: datetime) -> None:
        verified(world, now=now)
        VerifiedAnswer.objects.bulk_create(
            VerifiedAnswer(business=world.business, key=f"k{number}", question="?", plan={})
            for number in range(VerifiedAnswer.MOST - 1)
        )
        assert verified(world, now=now, note="New").note == "New"
        with pytest.raises(Conflict, match="at most 100"):
            verified(world, now=now, text="What is my funding readiness score?")

    def test_outlives_the_conversation(self, world: World, now: datetime) -> None:
        kept = verified(world, now=now)
        services.delete(world.business, world.owner, Message.objects.filter(role="user").get().conversation_id)
        assert not Message.objects.exists()
        assert answered(asked(world, now=now)).verified == answers.words_of(kept)


class TestAnswering:
    def test_serves_a_teammate_with_figures_of_their_day(self, world: World, now: datetime) -> None:
        kept = verified(world, now=now)
        before = answered(asked(world, now=now)).text
        PaymentDay.objects.filter(business=world.business).update(gross=100_000)
        later = now + timedelta(minutes=1)
        answer = answered(asked(world, "what were my gross sales in the last 90 days", now=later, user=world.member))
        assert "56,700.00" in before and "90,000.00" in answer.text and "56,700.00" not in answer.text
        assert answer.verified == answers.words_of(kept) and NOTE in answer.verified and NOTE not in answer.text
        assert answer.grounding["matched"] == answer.grounding["figures"] > 0
        kept.refresh_from_db()
        assert (kept.uses, kept.last_used_at) == (2, later)

    def test_is_what_the_analyst_says_by_itself(self, world: World, now: datetime) -> None:
        plain = answered(asked(world, now=now)).text
        verified(world, now=now)
        again = answered(asked(world, now=now))
        assert again.text == plain and again.engine == Analyst.name

    def test_reads_a_relative_period_as_of_its_day(self, world: World, now: datetime) -> None:
        kept = verified(world, now=now, text="What were my gross sales last month?")
        later = now + timedelta(days=40)
        run = asked(world, kept.question, now=later)
        assert answered(run).slots["period"] != kept.plan["period"]

    def test_other_wording_is_another_question(self, world: World, now: datetime) -> None:
        verified(world, now=now)
        assert answered(asked(world, "What were my gross sales in the last 28 days?", now=now)).verified == ""

    def test_never_crosses_businesses(self, world: World, now: datetime) -> None:
        kept = verified(world, now=now)
        shop(world.other, as_of=now)
        theirs = answered(asked(world, now=now, business=world.other, user=world.stranger))
        kept.refresh_from_db()
        assert (theirs.verified, kept.uses) == ("", 0)
        with acting_for(world.other):
            assert not VerifiedAnswer.objects.exists()
        with pytest.raises(NotYours):
            answers.verified_of(world.other, kept.pk)

    def test_a_follow_up_goes_on_from_it(self, world: World, now: datetime) -> None:
        verified(world, now=now)
        run = asked(world, now=now)
        then = answered(asked(world, "and last month?", now=now, conversation_id=run.conversation_id))
        assert (then.intent, then.verified) == ("metric", "")

    def test_in_a_conversation_it_means_what_it_means_alone(self, world: World, now: datetime) -> None:
        question = "why did sales drop"
        kept = verified(world, now=now, text=question)
        first = asked(world, "how many open disputes do I have", now=now)
        then = answered(asked(world, question, now=now, conversation_id=first.conversation_id))
        assert then.verified and then.slots == kept.plan

    def test_goes_before_a_model_and_costs_nothing(
        self, world: World, now: datetime, monkeypatch: pytest.MonkeyPatch, run_jobs: Any
    ) -> None:
        verified(world, now=now)
        model = use(ScriptedModel(), monkeypatch)
        run = asked(world, now=now)
        run_jobs()
        assert (run.state, answered(run).engine, model.asked) == ("done", Analyst.name, [])
        asked(world, "What is my funding readiness score?", now=now)
        run_jobs()
        assert model.asked == ["What is my funding readiness score?"]

    def test_of_who_left_says_so(self, world: World, now: datetime) -> None:
        kept = verified(world, now=now)
        VerifiedAnswer.objects.filter(pk=kept.pk).update(owner=None)
        assert answered(asked(world, now=now)).verified.startswith("Verified by a former member on ")

    def test_withdrawn_it_is_a_question_as_any_other(self, world: World, now: datetime) -> None:
        kept = verified(world, now=now)
        said = answered(asked(world, now=now))
        answers.withdraw(kept, user=world.owner)
        assert answered(asked(world, now=now)).verified == "" and named("agent.verified.withdrawn") == 1
        said.refresh_from_db()
        assert said.verified


class TestBroken:
    @pytest.mark.parametrize(
        ("change", "why"),
        [
            ({"intent": "horoscope"}, "no longer answered"),
            ({"intent": "trading_edge"}, "trading desk"),
            ({"metric": "moon"}, "no longer measured"),
            ({"component": "moon"}, "no longer measured"),
        ],
    )
    def test_goes_the_normal_way_and_is_marked_until_it_works(
        self, world: World, now: datetime, change: dict[str, str], why: str
    ) -> None:
        kept = verified(world, now=now)
        plan = kept.plan
        VerifiedAnswer.objects.filter(pk=kept.pk).update(plan=plan | change)
        for _ in range(2):
            answer = answered(asked(world, now=now))
            assert answer.status == "final" and answer.verified == ""
        kept.refresh_from_db()
        assert why in kept.broken and (kept.uses, named("agent.verified.broken")) == (0, 1)
        VerifiedAnswer.objects.filter(pk=kept.pk).update(plan=plan)
        assert answered(asked(world, now=now)).verified
        kept.refresh_from_db()
        assert (kept.broken, kept.uses) == ("", 1)

    def test_a_model_takes_over(
        self, world: World, now: datetime, monkeypatch: pytest.MonkeyPatch, run_jobs: Any
    ) -> None:
        kept = verified(world, now=now)
        VerifiedAnswer.objects.filter(pk=kept.pk).update(plan=kept.plan | {"intent": "horoscope"})
        model = use(ScriptedModel(), monkeypatch)
        asked(world, now=now)
        run_jobs()
        assert model.asked == [QUESTION]

    def test_a_tool_that_refuses_breaks_it(self, world: World, now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
        from agent.tools import registry
        from agent.tools.registry import Ask, failed

        kept = verified(world, now=now)
        ask = Ask(world.business, world.owner, now)
        assert follow(kept.plan, QUESTION, ask).cited
        monkeypatch.setattr("agent.analyst.plans.call_tool", lambda name, ask, args: failed(name, ask, "No."))
        with pytest.raises(Broken, match="refused"):
            follow(kept.plan, QUESTION, ask)
        monkeypatch.undo()
        monkeypatch.setattr(registry, "tools_of", lambda business: [])
        with pytest.raises(Broken, match="not there"):
            follow(kept.plan, QUESTION, ask)

    def test_cannot_be_verified(self, world: World, now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
        message = answered(asked(world, now=now))
        monkeypatch.setattr("agent.verified.plans.METRICS", frozenset())
        with pytest.raises(Conflict, match="cannot be given again"):
            answers.verify(world.business, world.owner, message.pk, note="", now=now)


class TestVerifiedPage(FiveQuestions):
    url = "agent:verified"
    permission = "use:agent"


class TestVerifyDeed(FourRefusals):
    url = "agent:verify"
    permission = "write:notes"

    def deed_kwargs(self, world: World) -> dict[str, Any]:
        return {"message": answered(asked(world, now=timezone.now())).pk}


class TestWithdrawDeed(FourRefusals):
    url = "agent:verified-withdraw"
    permission = "write:notes"

    def deed_kwargs(self, world: World) -> dict[str, Any]:
        row = VerifiedAnswer.objects.create(business=world.business, key="k", question="?", plan={})
        return {"verified": row.pk}


class TestPages:
    def address(self, world: World, name: str, *args: Any) -> str:
        return reverse(f"agent:{name}", args=[world.business.slug, *args])

    def test_an_analyst_verifies_sees_and_withdraws(self, world: World, now: datetime, client_of: Any) -> None:
        client = client_of(world.member)
        message = answered(asked(world, now=now, user=world.member))
        thread = self.address(world, "conversation", message.conversation_id)
        assert "Verify this answer" in client.get(thread).content.decode()
        sent = client.post(self.address(world, "verify", message.pk), {"note": NOTE})
        kept = VerifiedAnswer.objects.get()
        assert sent.status_code == 302 and kept.owner == world.member
        page = client.get(thread).content.decode()
        assert "Verify anew" in page and NOTE in page
        listed = client.get(self.address(world, "verified")).content.decode()
        assert QUESTION in listed and NOTE in listed and "Works" in listed and "Withdraw" in listed
        client.post(self.address(world, "verified-withdraw", kept.pk))
        assert "No verified answers yet" in client.get(self.address(world, "verified")).content.decode()

    def test_htmx_gets_the_outcome_in_place(self, world: World, now: datetime, client_of: Any) -> None:
        client, htmx = client_of(world.owner), {"HX-Request": "true"}
        address = self.address(world, "verify", answered(asked(world, now=now)).pk)
        long = client.post(address, {"note": "x" * 301}, headers=htmx).content.decode()
        assert "at most 300 are kept" in long and "x" * 301 in long and not VerifiedAnswer.objects.exists()
        assert "Verified by" in client.post(address, {"note": ""}, headers=htmx).content.decode()

    def test_a_refusal_is_said_on_the_conversation(self, world: World, now: datetime, client_of: Any) -> None:
        message = answered(asked(world, "hello", now=now))
        sent = client_of(world.owner).post(self.address(world, "verify", message.pk), follow=True)
        assert answers.NOT_THIS in sent.content.decode()

    def test_a_viewer_reads_and_is_offered_no_deed(self, world: World, now: datetime, client_of: Any) -> None:
        verified(world, now=now)
        client = client_of(world.viewer)
        listed = client.get(self.address(world, "verified")).content.decode()
        assert QUESTION in listed and "Withdraw" not in listed
        run = asked(world, now=now, user=world.viewer)
        page = client.get(self.address(world, "conversation", run.conversation_id)).content.decode()
        assert NOTE in page and "Verify" not in page.replace("Verified", "")

    def test_no_deed_under_an_answer_without_a_plan(self, world: World, now: datetime, client_of: Any) -> None:
        run = asked(world, "will it rain in Paris tomorrow", now=now)
        page = client_of(world.owner).get(self.address(world, "conversation", run.conversation_id)).content.decode()
        assert "Verify this answer" not in page

    def test_hostile_notes_are_words(self, world: World, now: datetime, client_of: Any) -> None:
        verified(world, now=now, note=HOSTILE)
        run = asked(world, now=now)
        for address in (self.address(world, "conversation", run.conversation_id), self.address(world, "verified")):
            page = client_of(world.owner).get(address).content.decode()
            assert "&lt;script&gt;alert(1)" in page and "<script>alert" not in page
            assert 'href="https://evil' not in page and "src=https://evil.example/p.png>" not in page
        assert "evil.example" not in answered(run).text

    def test_a_broken_one_says_why(self, world: World, now: datetime, client_of: Any) -> None:
        kept = verified(world, now=now)
        VerifiedAnswer.objects.filter(pk=kept.pk).update(broken="The trading desk is switched off.")
        page = client_of(world.viewer).get(self.address(world, "verified")).content.decode()
        assert "Broken" in page and "The trading desk is switched off." in page

    def test_ids_of_others_are_not_found(self, world: World, now: datetime, client_of: Any) -> None:
        row = VerifiedAnswer.objects.create(business=world.other, key="k", question="Canary?", plan={})
        client, message = client_of(world.member), answered(asked(world, now=now))
        assert client.post(self.address(world, "verified-withdraw", row.pk)).status_code == 404
        for htmx in ({}, {"HX-Request": "true"}):
            assert client.post(self.address(world, "verify", message.pk), headers=htmx).status_code == 404
        assert "Canary" not in client.get(self.address(world, "verified")).content.decode()
        assert VerifiedAnswer.objects.filter(pk=row.pk).exists()


@pytest.mark.django_db
class TestApi:
    verified = "/api/v1/agent/verified"

    def test_gives_and_withdraws(self, world: World, now: datetime, client_of: Any) -> None:
        kept = verified(world, now=now)
        client = client_of(world.member)
        given = client.get(self.verified).json()
        assert [(row["id"], row["question"], row["note"], row["uses"]) for row in given] == [
            (kept.pk, QUESTION, NOTE, 0)
        ]
        assert "plan" not in given[0]
        assert client.delete(f"{self.verified}/{kept.pk}").status_code == 204 and client.get(self.verified).json() == []
        assert client.delete(f"{self.verified}/{kept.pk}").status_code == 404

    def test_the_chat_says_who_verified_it(self, world: World, now: datetime, client_of: Any) -> None:
        kept = verified(world, now=now)
        sent = client_of(world.viewer).post(
            "/api/v1/agent/chat", {"message": QUESTION}, content_type="application/json"
        )
        assert sent.json()["notice"] == answers.words_of(kept)

    def test_keeps_out_who_may_not(self, world: World, now: datetime, client_of: Any) -> None:
        kept = verified(world, now=now)
        for person, status in ((world.viewer, 403), (world.stranger, 404), (None, 401)):
            assert client_of(person).delete(f"{self.verified}/{kept.pk}").status_code == status
        theirs = {"business_id": str(world.business.pk)}
        assert client_of(world.stranger).get(self.verified, theirs).status_code == 403
        assert client_of(None).get(self.verified).status_code == 401
        assert VerifiedAnswer.objects.count() == 1

    @pytest.mark.parametrize(("scope", "status"), [("write:notes", 204), ("use:agent", 403)])
    def test_a_key_needs_the_scope(self, world: World, now: datetime, client_of: Any, scope: str, status: int) -> None:
        kept = verified(world, now=now)
        key = create_key(world.business, name="n8n", scopes=[scope], actor=world.owner, now=now)
        headers = {"Authorization": f"Bearer {key.text}"}
        assert client_of(None).delete(f"{self.verified}/{kept.pk}", headers=headers).status_code == status
