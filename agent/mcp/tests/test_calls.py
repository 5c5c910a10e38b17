"""Tools over MCP: as the tenant, recorded, with whole addresses, and nothing of another business."""

from __future__ import annotations

import pytest

from accounts.keys import create_key, revoke_key
from accounts.models import ApiKey, Business
from accounts.tenancy import acting_for
from accounts.testing.world import MOMENT, World
from agent.mcp.callers import Caller, caller_of
from agent.mcp.calls import run_tool, tools_for, with_addresses
from agent.models import ToolCall
from agent.tools import registry

pytestmark = pytest.mark.django_db(transaction=True)
SCOPES = ("use:agent", "read:analytics")


def key_text(world: World, *, scopes: tuple[str, ...] = SCOPES) -> str:
    with acting_for(world.business):
        return create_key(world.business, name="Desktop", scopes=scopes, actor=world.owner, now=MOMENT).text


def caller(business: Business) -> Caller:
    return Caller(business.pk, "key Desktop")


class TestAToken:
    def test_of_a_working_key_speaks_for_its_business(self, world: World) -> None:
        assert caller_of(key_text(world), now=MOMENT) == Caller(world.business.pk, "key Desktop")

    @pytest.mark.parametrize("text", ["", "bw_", "bw_nothing", "eyJhbGciOi.x.y", "Bearer"])
    def test_that_nobody_gave_out_speaks_for_nobody(self, world: World, text: str) -> None:
        assert caller_of(text, now=MOMENT) is None

    def test_without_the_scopes_speaks_for_nobody(self, world: World) -> None:
        assert caller_of(key_text(world, scopes=("read:analytics",)), now=MOMENT) is None

    def test_that_was_revoked_speaks_for_nobody(self, world: World) -> None:
        text = key_text(world)
        with acting_for(world.business):
            revoke_key(world.business, key_id=ApiKey.objects.get().pk, actor=world.owner, now=MOMENT)
        assert caller_of(text, now=MOMENT) is None

    def test_survives_the_way_through_claims(self, world: World) -> None:
        for one in (caller(world.business), Caller(world.business.pk, "x", world.owner.pk)):
            assert Caller.from_claims(one.as_claims()) == one


class TestRunning:
    def test_a_tool_answers_with_its_envelope_and_is_recorded(self, world: World) -> None:
        body = run_tool(caller(world.business), "get_business_context", {}, now=MOMENT)
        assert body["facts"]["name"] == "Acme"
        with acting_for(world.business):
            kept = ToolCall.objects.get()
        assert (kept.channel, kept.client, kept.tool, kept.message_id) == (
            "mcp", "key Desktop", "get_business_context", None,
        )  # fmt: skip
        assert kept.result == body
        with acting_for(world.other):
            assert not ToolCall.objects.exists()

    @pytest.mark.parametrize(
        ("name", "args"),
        [
            ("no_such_tool", {}),
            ("get_business_context", {"business_id": "another"}),
            ("get_metric_summary", {"period": "x" * 5000}),
            ("search_knowledge", {"query": "a", "limit": 10**9}),
        ],
    )
    def test_what_cannot_be_answered_computes_nothing_and_says_so(self, world: World, name: str, args: dict) -> None:
        body = run_tool(caller(world.business), name, args, now=MOMENT)
        assert (body["ok"], body["status"], body["figures"]) == (False, "error", [])
        assert "Nothing was computed" in body["message"]

    def test_a_tool_that_writes_is_stopped_by_the_database(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        def write(ask: registry.Ask) -> registry.ToolResult:
            Business.objects.update(name="Mine")
            raise AssertionError("not reached")

        found = registry.TOOLS["get_business_context"]
        monkeypatch.setitem(
            registry.TOOLS, "get_business_context", registry.Tool(found.name, "", "x", found.args, write)
        )
        with pytest.raises(Exception, match="read-only"):
            run_tool(caller(world.business), "get_business_context", {}, now=MOMENT)

    def test_a_slow_tool_is_stopped_and_says_so(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        def sleep(ask: registry.Ask) -> registry.ToolResult:
            from django.db import connection

            with connection.cursor() as cursor:
                cursor.execute("select set_config('statement_timeout', '20ms', true)")
                cursor.execute("select pg_sleep(30)")
            raise AssertionError("not reached")

        found = registry.TOOLS["get_business_context"]
        monkeypatch.setitem(
            registry.TOOLS, "get_business_context", registry.Tool(found.name, "", "x", found.args, sleep)
        )
        body = run_tool(caller(world.business), "get_business_context", {}, now=MOMENT)
        assert body["status"] == "error" and "too long" in body["message"]

    def test_only_tools_of_the_business_s_desks_are_offered(self, world: World) -> None:
        Business.objects.filter(pk=world.business.pk).update(desks=[])
        names = {tool.name for tool in tools_for(caller(world.business))}
        assert names == {name for name, tool in registry.TOOLS.items() if not tool.desk}
        assert run_tool(caller(world.business), "get_dispute_summary", {}, now=MOMENT)["status"] == "error"


def test_addresses_become_whole_wherever_they_stand() -> None:
    rows = [{"url": "/b", "figures": [{"url": ""}]}]
    whole = with_addresses({"url": "/a", "rows": rows, "text": "/c"}, "https://x.example")
    assert whole["url"] == "https://x.example/a"
    assert whole["rows"] == [{"url": "https://x.example/b", "figures": [{"url": ""}]}]
    assert whole["text"] == "/c"
