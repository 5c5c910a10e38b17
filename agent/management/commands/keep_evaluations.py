"""Bring measured evaluations into the console."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.errors import InvalidInput


class Command(BaseCommand):
    help = "Keep the evaluations of a file of `make eval`; those that are kept already are passed over."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", help="lines of JSON; - reads standard input")

    def handle(self, *args: Any, **options: Any) -> None:
        from agent.evals.keeping import keep, read_lines

        name = options["file"]
        try:
            text = sys.stdin.read() if name == "-" else Path(name).read_text(encoding="utf-8")
            lines = read_lines(text.splitlines())
        except (OSError, UnicodeDecodeError) as error:
            raise CommandError(f"{name} cannot be read: {error}.") from None
        except InvalidInput as problem:
            raise CommandError(problem.message) from None
        self.stdout.write(f"{keep(lines)} of {len(lines)} evaluations are new.")
