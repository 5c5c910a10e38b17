"""MCP over standard input and output, for clients that start a command on the machine Bellwether runs on."""

from __future__ import annotations

import asyncio
import os
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone


class Command(BaseCommand):
    help = "Speak MCP on standard input and output, for the business of the API key in BELLWETHER_TOKEN."

    def handle(self, *args: Any, **options: Any) -> None:
        from agent.mcp.callers import caller_of
        from agent.mcp.server import build_server

        # Standard output is the protocol; a token as an argument would show in the list of processes.
        caller = caller_of(os.environ.get("BELLWETHER_TOKEN", ""), now=timezone.now())
        if caller is None:
            raise CommandError("Set BELLWETHER_TOKEN to an API key with the scopes use:agent and read:analytics.")
        print(f"Speaking MCP as {caller.client}.", file=sys.stderr)
        asyncio.run(build_server(lambda: caller).run_stdio_async(show_banner=False))
