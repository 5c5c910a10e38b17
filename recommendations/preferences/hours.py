"""When a member may be written to: quiet hours and mornings, by the clock on the wall. Plain values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

DAY = timedelta(days=1)
MORNING, NOON = time(8), time(12)
#: How long after quiet hours a mail that waited for their end may still go out.
LATE = timedelta(hours=4)


@dataclass(frozen=True, slots=True)
class Hours:
    """A member's clock. Quiet from `quiet_from` until just before `quiet_until`, every day; without both, never.

    The clock on the wall decides: an hour that comes twice in autumn is quiet twice, one that never comes in spring is
    quiet never.
    """

    zone: str
    quiet_from: time | None = None
    quiet_until: time | None = None

    def is_quiet(self, at: datetime) -> bool:
        """Whether nothing may be sent at `at`. Equal times are no quiet hours."""
        if self.quiet_from is None or self.quiet_until is None:
            return False
        now = self._wall(at).time()
        if self.quiet_from <= self.quiet_until:
            return self.quiet_from <= now < self.quiet_until
        return now >= self.quiet_from or now < self.quiet_until

    def mail_day(self, at: datetime) -> date | None:
        """The member's own day whose mail may go out at `at`; None when none may.

        From eight until noon; where quiet hours lie over the morning, also within four hours of their end, at the
        latest before eight of the next day.
        """
        if self.is_quiet(at):
            return None
        wall = self._wall(at)
        if MORNING <= wall.time() < NOON:
            return wall.date()
        day = wall.date() if wall.time() >= MORNING else wall.date() - DAY
        last = self._last_quiet(wall)
        if last is None:
            return None
        began, ended = last
        over_the_morning = began < datetime.combine(day, NOON) and ended > datetime.combine(day, MORNING)
        return day if over_the_morning and wall - ended < LATE else None

    def _last_quiet(self, wall: datetime) -> tuple[datetime, datetime] | None:
        """The quiet hours that ended last; None where there are none."""
        if self.quiet_from is None or self.quiet_until is None or self.quiet_from == self.quiet_until:
            return None
        ended = datetime.combine(wall.date(), self.quiet_until)
        if ended > wall:
            ended -= DAY
        began = datetime.combine(ended.date(), self.quiet_from)
        return (began if began < ended else began - DAY), ended

    def _wall(self, at: datetime) -> datetime:
        return at.astimezone(ZoneInfo(self.zone)).replace(tzinfo=None)
