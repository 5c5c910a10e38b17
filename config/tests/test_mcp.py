"""The official client against a running server: registration, PKCE, log-in, consent, a tool call. No browser needed."""

from __future__ import annotations

import asyncio
import json
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import httpx2
import pytest
from mcp.client.auth import OAuthClientProvider
from mcp.client.auth.oauth2 import AuthorizationCodeResult
from mcp.client.client import Client
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.auth import OAuthClientInformationFull, OAuthClientMetadata, OAuthToken
from pydantic import AnyUrl

from config.demo import DEMO_EMAIL, DEMO_PASSWORD
from config.testing.stack import ROOT, Stack

pytestmark = pytest.mark.processes
REDIRECT = "http://127.0.0.1:51733/callback"


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    folder = Path(tempfile.mkdtemp(prefix="bellwether-mcp-"))
    try:
        with Stack(folder, demo=True) as running:
            yield running
    finally:
        shutil.rmtree(folder, ignore_errors=True)


class Memory:
    """Where the client keeps its tokens."""

    def __init__(self) -> None:
        self.tokens: OAuthToken | None = None
        self.client: OAuthClientInformationFull | None = None

    async def get_tokens(self) -> OAuthToken | None:
        return self.tokens

    async def set_tokens(self, tokens: OAuthToken) -> None:
        self.tokens = tokens

    async def get_client_info(self) -> OAuthClientInformationFull | None:
        return self.client

    async def set_client_info(self, client_info: OAuthClientInformationFull) -> None:
        self.client = client_info


class Person:
    """Signs in and consents, as somebody would in a browser."""

    def __init__(self, stack: Stack) -> None:
        self.browser = httpx.AsyncClient(base_url=stack.url)
        self.answer: dict[str, str] = {}

    async def visit(self, url: str) -> None:
        page = await self.browser.get(url)
        assert page.status_code == 302  # to the log-in
        login = page.headers["location"]
        form = await self.browser.get(login)
        fields = {"login": DEMO_EMAIL, "password": DEMO_PASSWORD, "csrfmiddlewaretoken": csrf(form.text)}
        await self.browser.post(login, data=fields)
        page = await self.browser.get(url)
        assert "frame-ancestors" in page.headers["content-security-policy"]
        assert REDIRECT.rsplit("/", 1)[0] in page.headers["content-security-policy"]
        chosen = re.search(r'<option value="([0-9a-f-]{36})"', page.text)
        signed = re.search(r'name="request" value="([^"]+)"', page.text)
        assert chosen and signed, page.text[:2000]
        consent = {
            "request": signed[1], "business": chosen[1], "scopes": "bellwether:read", "action": "grant",
            "csrfmiddlewaretoken": csrf(page.text),
        }  # fmt: skip
        answer = await self.browser.post("/identity/o/authorize", data=consent)
        assert answer.headers["location"].startswith(REDIRECT)
        query = parse_qs(urlsplit(answer.headers["location"]).query)
        self.answer = {name: values[0] for name, values in query.items()}

    async def come_back(self) -> AuthorizationCodeResult:
        return AuthorizationCodeResult(code=self.answer["code"], state=self.answer["state"], iss=self.answer.get("iss"))


def csrf(page: str) -> str:
    found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
    assert found is not None
    return found[1]


def speaking(stack: Stack, auth: Any, act: Callable[[Client], Awaitable[Any]]) -> Any:
    async def speak() -> Any:
        url = f"http://127.0.0.1:{stack.mcp_port}/mcp"
        async with (
            httpx2.AsyncClient(auth=auth, timeout=30) as http,
            Client(streamable_http_client(url, http_client=http)) as client,
        ):
            return await act(client)

    return asyncio.run(speak())


class Bearer(httpx2.Auth):
    def __init__(self, token: str) -> None:
        self.token = token

    def auth_flow(self, request: httpx2.Request) -> Iterator[httpx2.Request]:
        request.headers["Authorization"] = f"Bearer {self.token}"
        yield request


def api_key(stack: Stack) -> str:
    """A key made on the API by the demo's owner."""
    with httpx.Client(base_url=f"{stack.url}/api/v1") as api:
        login = api.post("/auth/login", json={"email": DEMO_EMAIL, "password": DEMO_PASSWORD}).json()
        headers = {"Authorization": f"Bearer {login['token']}"}
        body = {"name": "Desktop", "scopes": ["use:agent", "read:analytics"]}
        business = stack.sql("select id from accounts_business")[0][0]
        made = api.post(f"/users/businesses/{business}/keys", json=body, headers=headers)
        assert made.status_code == 201, made.text
        return str(made.json()["text"])


async def look_around(client: Client) -> tuple[set[str], dict[str, Any]]:
    listed = await client.list_tools()
    result = await client.call_tool("get_business_context", {})
    return {tool.name for tool in listed.tools}, result.structured_content


def test_a_program_registers_is_let_in_by_a_person_and_reads(stack: Stack) -> None:
    person, memory = Person(stack), Memory()
    provider = OAuthClientProvider(
        f"http://127.0.0.1:{stack.mcp_port}/mcp",
        OAuthClientMetadata(client_name="Desk helper", redirect_uris=[AnyUrl(REDIRECT)], scope="bellwether:read"),
        memory,
        redirect_handler=person.visit,
        callback_handler=person.come_back,
    )
    names, context = speaking(stack, provider, look_around)
    assert {"get_business_context", "get_readiness_breakdown"} <= names
    assert context["facts"]["name"] == "Lantern Street Roasters"
    assert memory.tokens is not None and memory.tokens.refresh_token
    calls = stack.sql("select channel, client, status from agent_toolcall where tool = 'get_business_context'")
    assert calls[0][:2] == ("mcp", "Desk helper")


def test_a_key_opens_it_too_and_nothing_opens_it_without(stack: Stack) -> None:
    key = api_key(stack)
    names, context = speaking(stack, Bearer(key), look_around)
    assert context["facts"]["name"] == "Lantern Street Roasters" and names
    answer = httpx.post(f"http://127.0.0.1:{stack.mcp_port}/mcp", json={})
    assert answer.status_code == 401
    assert "/.well-known/oauth-protected-resource/mcp" in answer.headers["www-authenticate"]
    wrong_host = httpx.post(
        f"http://127.0.0.1:{stack.mcp_port}/mcp", json={},
        headers={"Host": "evil.example", "Authorization": f"Bearer {key}"},
    )  # fmt: skip
    assert wrong_host.status_code in (403, 421)


def test_the_command_speaks_on_standard_input_and_output(stack: Stack) -> None:
    hello = {
        "jsonrpc": "2.0", "id": 1, "method": "initialize",
        "params": {
            "protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "test", "version": "1"},
        },
    }  # fmt: skip
    lines = [hello, {"jsonrpc": "2.0", "method": "notifications/initialized"},
             {"jsonrpc": "2.0", "id": 2, "method": "tools/list"}]  # fmt: skip
    command = [sys.executable, "manage.py", "mcp_stdio"]
    process = subprocess.Popen(
        command, cwd=ROOT, env={**stack.env, "BELLWETHER_TOKEN": api_key(stack)}, stdin=subprocess.PIPE,
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    )  # fmt: skip
    assert process.stdin is not None and process.stdout is not None
    for line in lines:
        process.stdin.write(json.dumps(line) + "\n")
    process.stdin.flush()
    answers = [json.loads(process.stdout.readline()) for _ in range(2)]
    process.stdin.close()
    process.wait(30)
    assert answers[0]["result"]["serverInfo"]["name"] == "Bellwether"
    assert "get_business_context" in {tool["name"] for tool in answers[1]["result"]["tools"]}
    refused = subprocess.run(
        command, cwd=ROOT, env={**stack.env, "BELLWETHER_TOKEN": "bw_wrong"}, capture_output=True, text=True
    )
    assert refused.returncode != 0 and "BELLWETHER_TOKEN" in refused.stderr
