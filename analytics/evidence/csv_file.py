"""A list of text rows as a CSV download."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

from django.http import HttpResponse


def csv_response(rows: Iterable[Sequence[str]], *, name: str) -> HttpResponse:
    """The rows as `name`.csv, in UTF-8 with a byte-order mark, which spreadsheets need to read it as such."""
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    content = "\ufeff" + out.getvalue()
    headers = {"Content-Disposition": f'attachment; filename="{name}.csv"', "Cache-Control": "no-store"}
    return HttpResponse(content.encode(), content_type="text/csv; charset=utf-8", headers=headers)
