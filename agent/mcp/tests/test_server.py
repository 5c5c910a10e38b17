"""What a client sees: the tools of its desks, read-only, few words; resources, prompts, and errors as results."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import pytest
from fastmcp import Client

from accounts.models import Business
from accounts.testing.world import World
from agent.knowledge.pages import pages
from agent.mcp.callers import Caller
from agent.mcp.server import INSTRUCTIONS, build_server
from agent.tools.registry import TOOLS

pytestmark = pytest.mark.django_db(transaction=True)
T = TypeVar("T")
#: Of the whole list, as bytes ÷ 4; agent.md § 6.
MOST_TOKENS = 4_500


def as_client(business: Business, act: Callable[[Client[Any]], Awaitable[T]]) -> T:
    """Speak to a server that takes every request for the business's."""

    async def speak() -> T:
        async with Client(build_server(lambda: Caller(business.pk, "test"))) as client:
            return await act(client)

    return asyncio.run(speak())


def test_lists_the_tools_of_the_business_read_only_and_without_output_schemas(world: World) -> None:
    tools = as_client(world.business, lambda client: client.list_tools())
    assert {tool.name for tool in tools} == {
        name for name, tool in TOOLS.items() if not tool.desk or tool.desk in world.business.desks
    }
    for tool in tools:
        assert tool.annotations is not None and tool.annotations.read_only_hint is True
        assert tool.output_schema is None
        assert not [name for name in tool.input_schema.get("properties", {}) if "business" in name]


def test_the_list_of_tools_costs_few_tokens(world: World) -> None:
    Business.objects.filter(pk=world.business.pk).update(desks=sorted({tool.desk for tool in TOOLS.values()} - {""}))
    tools = as_client(world.business, lambda client: client.list_tools())
    listed = json.dumps([tool.model_dump(mode="json", by_alias=True, exclude_none=True) for tool in tools])
    assert len(listed.encode()) / 4 <= MOST_TOKENS
    assert len(INSTRUCTIONS) / 4 <= 400


def test_a_call_gives_the_envelope(world: World) -> None:
    result = as_client(world.business, lambda client: client.call_tool("get_business_context", {}))
    assert result.structured_content is not None
    assert result.structured_content["facts"]["name"] == "Acme"


def test_a_wrong_argument_is_an_error_result_that_names_it(world: World) -> None:
    async def act(client: Client[Any]) -> Any:
        return await client.call_tool("get_business_context", {"business_id": "x"}, raise_on_error=False)

    result = as_client(world.business, act)
    assert result.is_error
    assert "business_id" in json.dumps(result.structured_content)


def test_knowledge_pages_are_resources(world: World) -> None:
    async def act(client: Client[Any]) -> tuple[set[str], str]:
        listed = {str(resource.uri) for resource in await client.list_resources()}
        first = await client.read_resource(f"knowledge://{pages()[0].doc_id}")
        return listed, first[0].text

    listed, text = as_client(world.business, act)
    assert listed == {f"knowledge://{page.doc_id}" for page in pages()}
    assert text == pages()[0].body


def test_prompts_name_tools_that_exist(world: World) -> None:
    async def act(client: Client[Any]) -> list[str]:
        texts = []
        for prompt in await client.list_prompts():
            needed = {argument.name: "x" for argument in prompt.arguments or [] if argument.required}
            got = await client.get_prompt(prompt.name, needed)
            texts.append(got.messages[0].content.text)
        return texts

    texts = as_client(world.business, act)
    assert len(texts) == 5
    named = {word.strip(".,:“”") for text in texts for word in text.split() if word.startswith(("get_", "search_"))}
    assert named and named <= set(TOOLS)
