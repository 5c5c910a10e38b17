"""Which revision of a row a caller has seen, as it tells over HTTP."""

from __future__ import annotations

from django.http import HttpRequest

from accounts.errors import InvalidInput


def asked_revision(request: HttpRequest, given: int | None) -> int | None:
    """The revision of the body, or of `If-Match`. Errors: InvalidInput for a header that holds none of ours."""
    header = request.headers.get("If-Match", "").strip()
    if given is not None or header in ("", "*"):
        return given
    text = header.removeprefix("W/").strip('"')
    if not text.isdecimal() or len(text) > 9:
        raise InvalidInput('If-Match holds the revision, such as "3".', field="If-Match", value=header[:40])
    return int(text)
