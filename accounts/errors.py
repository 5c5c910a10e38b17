"""What can go wrong, by type.

The type answers two questions for every caller: which HTTP status a person sees, and whether a job tries again.
The `code` is stable and meant for programs; the message is a sentence for people.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any


class Problem(Exception):
    """A failure with a stable code, a sentence for people, and details for programs."""

    code = "problem"
    status = 400
    retry = False

    def __init__(self, message: str, *, code: str | None = None, **details: Any) -> None:
        super().__init__(message)
        self.message = message
        self.code = code or type(self).code
        self.details = details


class InvalidInput(Problem):
    """The caller sent something that cannot be used, and can mend it."""

    code = "invalid_input"


class WrongMethod(Problem):
    """The address exists, but not for this HTTP method."""

    code = "method_not_allowed"
    status = 405


class ServerFault(Problem):
    """A mistake of ours; the log has the rest."""

    code = "server_error"
    status = 500


class NotSignedIn(Problem):
    """No valid session, token or key came with the request."""

    code = "not_signed_in"
    status = 401


class NotAllowed(Problem):
    """The caller may see the thing but not do this to it."""

    code = "not_allowed"
    status = 403


class NotYours(Problem):
    """It does not exist, or belongs to somebody else; the answer is the same."""

    code = "not_found"
    status = 404


class Conflict(Problem):
    """It changed meanwhile; the same request may succeed on the new state."""

    code = "conflict"
    status = 409
    retry = True


class TooLarge(Problem):
    """More bytes or rows than the limit that the message names."""

    code = "too_large"
    status = 413


class TooMany(Problem):
    """A rate limit was reached; `retry_after` says when it opens again."""

    code = "too_many_requests"
    status = 429
    retry = True

    def __init__(self, message: str, *, retry_after: timedelta, **details: Any) -> None:
        super().__init__(message, retry_after_seconds=int(retry_after.total_seconds()), **details)
        self.retry_after = retry_after


class SourceDown(Problem):
    """An external system did not answer properly; it may later."""

    code = "source_down"
    status = 503
    retry = True

    def __init__(self, message: str, *, retry_after: timedelta | None = None, **details: Any) -> None:
        super().__init__(message, **details)
        self.retry_after = retry_after


class SourceRefused(Problem):
    """An external system said no for good: access revoked, scope missing. The owner has to act."""

    code = "source_refused"
    status = 409


class InsufficientData(Problem):
    """An honest gap: a figure that needs more facts than there are. Not a failure."""

    code = "insufficient_data"
    status = 200

    def __init__(self, message: str, *, have: int, need: int) -> None:
        super().__init__(message, have=have, need=need)
        self.have = have
        self.need = need
