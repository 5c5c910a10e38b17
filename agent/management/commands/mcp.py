"""The MCP server as a process of its own."""

from __future__ import annotations

import logging
from argparse import ArgumentParser
from typing import Any

import uvicorn
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    help = "Serve MCP at /mcp. A process beside the web server; the proxy joins the two by path."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=8001)

    def handle(self, *args: Any, **options: Any) -> None:
        from agent.mcp.server import over_http

        # Without sessions each request ends one; a line for every call would drown the rest.
        logging.getLogger("mcp.server.streamable_http").setLevel(logging.WARNING)
        uvicorn.run(
            over_http(), host=options["host"], port=options["port"], lifespan="on", log_config=None, access_log=False
        )
