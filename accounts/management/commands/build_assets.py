"""Write the browser bundle of Vega, Vega-Lite and Vega-Embed to assets/ in the var folder."""

from __future__ import annotations

from importlib import metadata
from pathlib import Path
from typing import Any

import vl_convert
from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

SNIPPET = "window.vegaEmbed = vegaEmbed;"


class Command(BaseCommand):
    help = "Build the chart library for the browser from the installed vl-convert; no Node and no network is needed."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--force", action="store_true", help="Build even where the bundle of this version exists.")

    def handle(self, *args: Any, **options: Any) -> None:
        target = Path(settings.VAR_DIR) / "assets" / "vega"
        bundle, stamp = target / "vega.js", target / "version.txt"
        version = f"vl-convert {metadata.version('vl-convert-python')}"
        if bundle.exists() and stamp.exists() and stamp.read_text() == version and not options["force"]:
            self.stdout.write(f"{bundle} is up to date ({version}).")
            return
        target.mkdir(parents=True, exist_ok=True)
        part = bundle.with_suffix(".part")
        part.write_text(vl_convert.javascript_bundle(SNIPPET), encoding="utf-8")
        part.replace(bundle)
        stamp.write_text(version)
        self.stdout.write(f"Wrote {bundle} ({bundle.stat().st_size:,} bytes, {version}).")
