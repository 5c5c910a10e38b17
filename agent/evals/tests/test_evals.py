"""The cases themselves, and the analyst on every one of them, asked through the chat's own path."""

from __future__ import annotations

import pytest

from accounts.models import Business
from agent.evals.contestants import CONTESTANTS
from agent.evals.model import cases
from agent.evals.report import Report
from agent.evals.running import run_all
from agent.models import AgentRun, Message, ToolCall
from agent.tools.registry import TOOLS

LEAST_CASES, LEAST_A_DESK = 60, 8


def test_there_are_enough_cases_of_each_kind() -> None:
    found = cases()
    of_desk = {desk: sum(case.desk == desk for case in found) for desk in ("payments", "trading")}
    assert len(found) >= LEAST_CASES and min(of_desk.values()) >= LEAST_A_DESK
    assert sum(case.abstain for case in found) >= 10
    assert sum(case.hostile for case in found) >= 10
    assert sum(bool(case.after) for case in found) >= 5


def test_no_two_cases_ask_the_same() -> None:
    """A scripted model finds its case by the question."""
    asked = [case.question for case in cases()]
    assert len(set(asked)) == len(asked)


@pytest.mark.parametrize("case", cases(), ids=lambda case: case.id)
def test_a_case_names_tools_that_exist_with_arguments_they_take(case: object) -> None:
    from agent.evals.model import Case

    assert isinstance(case, Case) and case.tools <= set(TOOLS)
    for name, args in case.args.items():
        assert name in case.tools and set(args) <= set(TOOLS[name].args.model_fields)


def test_the_analyst_answers_every_case(asked_world: Business) -> None:
    with CONTESTANTS["analyst"].playing(cases()):
        found = Report("analyst", run_all(cases(), asked_world))
    assert found.broken() == ()
    assert found.table().count("\n") == 5 and found.input_tokens == (0, 0) and found.instead == 0
    # What was judged is what the chat keeps: runs that ended, with answers and the calls behind them.
    runs = AgentRun.objects.filter(business=asked_world)
    assert runs.count() == len(cases()) + sum(len(case.after) for case in cases())
    assert set(runs.values_list("state", flat=True)) == {AgentRun.State.DONE}
    assert Message.objects.filter(business=asked_world, role=Message.Role.ASSISTANT).count() == runs.count()
    assert ToolCall.objects.filter(business=asked_world).exists()
