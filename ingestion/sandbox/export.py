"""`python -m ingestion.sandbox.export`: the company as files.

--out FILE.jsonl                     plain Stripe API objects, one a line, oldest first
--size scale --rows N --out …        ledger rows only, streamed
--csv KIND --out FILE.csv            one of Stripe's own CSV exports
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import TextIO

from ingestion.sandbox.company import Company, build_company
from ingestion.sandbox.csv_exports import EXPORTS, write_csv
from ingestion.sandbox.moments import present
from ingestion.sandbox.scale import Ledger, write_ledger
from ingestion.sandbox.timeline import JSON
from ingestion.sandbox.variants import SIZES, VARIANTS


def api_objects(company: Company) -> Iterator[JSON]:
    """Every object the API lists, as it lists them with discounts expanded; the account first."""
    objects = {obj["id"]: obj for obj in company.objects()}
    yield company.account_object()
    for obj in objects.values():
        if obj["object"] in ("coupon", "discount"):
            continue
        yield _with_discounts(obj, objects) if obj["object"] == "subscription" else obj


def write_objects(company: Company, file: TextIO) -> int:
    """One JSON object a line; returns the number of lines."""
    count = 0
    for obj in api_objects(company):
        file.write(json.dumps(obj, separators=(",", ":")) + "\n")
        count += 1
    return count


def _with_discounts(sub: JSON, objects: dict[str, JSON]) -> JSON:
    given = [objects[name] for name in sub["discounts"]]
    expanded = [one | {"source": one["source"] | {"coupon": objects[one["source"]["coupon"]]}} for one in given]
    return {**sub, "discounts": expanded}


def main(arguments: Sequence[str] | None = None) -> int:
    """Write one file and say how much is in it; returns the exit code."""
    given = _parser().parse_args(arguments)
    as_of = given.as_of or present()
    with given.out.open("w", encoding="utf-8", newline="") as file:
        if given.size == "scale":
            count = write_ledger(Ledger(given.rows, as_of, seed=given.seed), file)
        else:
            company = build_company(given.variant, as_of=as_of, size=given.size, seed=given.seed)
            count = write_csv(company, given.csv, file) if given.csv else write_objects(company, file)
    sys.stdout.write(f"{count} rows in {given.out}\n")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m ingestion.sandbox.export",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--variant", choices=VARIANTS, default="established")
    parser.add_argument("--size", choices=(*SIZES, "scale"), default="demo")
    parser.add_argument("--rows", type=int, default=1_000_000, help="for --size scale")
    parser.add_argument("--csv", choices=tuple(EXPORTS), help="write this CSV export instead of objects")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--as-of", type=datetime.fromisoformat, help="ISO moment with offset; default: now")
    parser.add_argument("--out", type=Path, required=True)
    return parser


if __name__ == "__main__":
    sys.exit(main())
