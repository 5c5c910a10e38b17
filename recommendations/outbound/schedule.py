"""When a message is tried again, and when an endpoint is given up. Plain values; the moment is an argument.

Source: the retry schedule of the Standard Webhooks specification, 1.0.0.
"""

from __future__ import annotations

import random
from datetime import datetime, timedelta

RETRIES = (
    timedelta(seconds=5), timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=2), timedelta(hours=5),
    timedelta(hours=10), timedelta(hours=14), timedelta(hours=20), timedelta(hours=24),
)  # fmt: skip
JITTER = 0.1
#: A receiver may ask for a pause, but not for ever.
LONGEST_PAUSE = timedelta(hours=24)
GIVEN_UP_AFTER = timedelta(days=5)
GONE = 410


def next_try(attempts: int, *, now: datetime, retry_after: timedelta | None, draw: random.Random) -> datetime | None:
    """When to try again after `attempts` attempts, the last at `now`; None when it is time to give up.

    Within a tenth of the schedule, so that messages that failed together do not return together; never earlier than
    the receiver asked for, up to a day.
    """
    if attempts > len(RETRIES):
        return None
    pause = RETRIES[attempts - 1] * (1 + draw.uniform(-JITTER, JITTER))
    if retry_after is not None:
        pause = max(pause, min(retry_after, LONGEST_PAUSE))
    return now + pause


def is_given_up(failing_since: datetime | None, *, now: datetime) -> bool:
    """Whether an endpoint has failed for so long that it is switched off."""
    return failing_since is not None and now - failing_since >= GIVEN_UP_AFTER
