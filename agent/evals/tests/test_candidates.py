"""Feedback becomes the draft of a case: whatever was asked, the draft is TOML that the cases can read."""

from __future__ import annotations

import html
import re
import tomllib
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.errors import Conflict
from accounts.models import Event, User
from accounts.testing.world import World
from agent.chat.feedback import rate
from agent.chat.services import ask
from agent.evals.candidates import draft_of, propose, quoted
from agent.evals.model import Case, case_of
from agent.models import EvaluationCandidate, Feedback, Message
from agent.testing.shop import shop

NASTY = [
    'Why "now"?', "two\nlines", "tab\tand \\ backslash", "\x7f\x01 control", "# no comment", "]]\n[[case]]\nid='x'",
    "\'\'\' and \"\"\"", "emoji \U0001f600 and ü", "x" * 8_000, "{{ 1 }} {0} %s",
]  # fmt: skip


def rated(world: World, clock: datetime, question: str, *, rating: str = "down", **given: Any) -> Feedback:
    answer = ask(world.business, world.owner, question, now=clock, **given).answer
    assert answer is not None
    return rate(world.business, world.owner, answer.pk, rating=rating, reason="wrong", note="Is it?", at=clock)


def read(draft: str) -> Case:
    (body,) = tomllib.loads(draft)["case"]
    return case_of(body, "payments")


@pytest.mark.parametrize("question", NASTY)
def test_any_question_is_a_readable_draft(world: World, clock: datetime, question: str) -> None:
    case = read(draft_of(rated(world, clock, question)))
    asked = "".join(character for character in question.strip() if character != "\x7f")
    assert case.question == asked and case.abstain


def test_halves_of_characters_are_left_out() -> None:
    assert tomllib.loads(f"a = {quoted(chr(0xD800) + 'b' + chr(0x7F))}") == {"a": "b"}


def test_a_draft_names_what_was_asked_and_called_but_no_figure(world: World, clock: datetime) -> None:
    shop(world.business, as_of=clock)
    first = ask(world.business, world.owner, "How much revenue did we make in May?", now=clock)
    feedback = rated(world, clock, "and in April?", conversation_id=first.conversation_id)
    draft = draft_of(feedback)
    case = read(draft)
    assert case.after == ("How much revenue did we make in May?",) and case.question == "and in April?"
    assert case.tools >= {"get_metric_summary"} and not case.abstain and case.figures == ()
    assert 'metric = "payments.net", truth = "?", start = "2026-04-01", end = "2026-05-01"' in draft
    assert "agent/evals/cases/payments.toml" in draft and "a figure is wrong" in draft
    shown = [each["printed"] for each in feedback.message.evidence]
    assert shown and not any(printed in draft for printed in shown)
    # Finished by staff, it is a case with its figures.
    finished = re.sub(r"^# (figures|  |\])", r"\1", draft, flags=re.MULTILINE).replace('"?"', '"net"')
    assert {figure.metric for figure in read(finished).figures} >= {"payments.net"}


def test_a_happy_word_is_no_case_and_a_second_draft_is_none(world: World, clock: datetime) -> None:
    with pytest.raises(Conflict):
        propose(rated(world, clock, "hello", rating="up"), by=world.owner, at=clock)
    feedback = rated(world, clock, "hello again")
    propose(feedback, by=world.owner, at=clock)
    with pytest.raises(Conflict):
        propose(feedback, by=world.owner, at=clock)
    assert EvaluationCandidate.objects.count() == 1


def test_a_candidate_goes_with_the_conversation(world: World, clock: datetime) -> None:
    feedback = rated(world, clock, "hello")
    propose(feedback, by=world.owner, at=clock)
    feedback.message.conversation.delete()
    assert not EvaluationCandidate.objects.exists()


class TestConsole:
    @pytest.fixture
    def chief(self, world: World, client_of: Callable[[Any], Client], wakeups: object) -> Client:
        return client_of(User.objects.create_superuser("chief@example.com", "a-long-enough-secret", name="Chief"))

    def press(self, chief: Client, *rows: Feedback, **form: str) -> Any:
        data = {"action": "make_candidate", "_selected_action": [str(row.pk) for row in rows], **form}
        return chief.post(reverse("admin:agent_feedback_changelist"), data, follow=True)

    def test_one_press_with_a_reason_makes_a_draft(self, chief: Client, world: World, clock: datetime) -> None:
        feedback = rated(world, clock, "<script>alert(1)</script>?")
        self.press(chief, feedback)
        assert not EvaluationCandidate.objects.exists()  # asked for a reason first
        self.press(chief, feedback, reason="Twice this week")
        candidate = EvaluationCandidate.objects.get()
        assert candidate.business == world.business and candidate.made_by and candidate.made_by.name == "Chief"
        event = Event.objects.get(name="agent.evals.candidate_made")
        assert (event.reason, event.business) == ("Twice this week", world.business)
        page = chief.get(reverse("admin:agent_evaluationcandidate_change", args=[candidate.pk])).content.decode()
        assert "<script>alert(1)" not in page
        # Line by line, since it is copied from here.
        assert html.unescape(page.split("<pre>")[1].split("</pre>")[0]) == candidate.draft

    def test_happy_ones_and_those_made_are_skipped(self, chief: Client, world: World, clock: datetime) -> None:
        happy, made = rated(world, clock, "hello", rating="up"), rated(world, clock, "hello again")
        propose(made, by=world.owner, at=clock)
        page = self.press(chief, happy, made, reason="all").content.decode()
        assert "2 skipped" in page and EvaluationCandidate.objects.count() == 1

    @pytest.mark.parametrize("model", ["feedback", "evaluationcandidate", "evaluationrun"])
    def test_facts_are_only_read(self, chief: Client, world: World, clock: datetime, model: str) -> None:
        feedback = rated(world, clock, "hello")
        propose(feedback, by=world.owner, at=clock)
        assert chief.get(reverse(f"admin:agent_{model}_changelist")).status_code == 200
        assert chief.get(reverse(f"admin:agent_{model}_add")).status_code == 403
        there = reverse("admin:agent_feedback_change", args=[feedback.pk])
        assert chief.get(there).status_code == 200 and chief.post(there, {"rating": "up"}).status_code == 403

    def test_customers_do_not_enter(self, world: World, client_of: Any, clock: datetime, wakeups: Any) -> None:
        rated(world, clock, "hello")
        for model in ("feedback", "evaluationcandidate", "evaluationrun"):
            address = reverse(f"admin:agent_{model}_changelist")
            assert client_of(world.owner).get(address).status_code == 302
        assert Message.objects.exists()

    def test_the_list_asks_no_more_for_more_rows(
        self, chief: Client, world: World, clock: datetime, django_assert_max_num_queries: Any
    ) -> None:
        for number in range(8):
            rated(world, clock, f"hello {number}")
        with django_assert_max_num_queries(14):
            chief.get(reverse("admin:agent_feedback_changelist"))
