"""`manage.py load_fx_rates FILE`: daily reference rates from a file the European Central Bank publishes."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.errors import InvalidInput
from ingestion.fx import read_ecb, store_rates


class Command(BaseCommand):
    help = "Store the reference rates of an ECB file (eurofxref CSV or XML, daily or historical, zipped or not)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *, file: Path, **_: Any) -> None:
        try:
            loaded = store_rates(read_ecb(file.read_bytes()))
        except OSError as problem:
            raise CommandError(f"{file} cannot be read: {problem.strerror}.") from None
        except InvalidInput as problem:
            raise CommandError(problem.message) from None
        self.stdout.write(f"rates={loaded.given} new={loaded.new} corrected={loaded.corrected} known={loaded.known}")
