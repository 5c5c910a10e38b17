"""Quiet hours and mornings by the clock on the wall, also where it is put forward and back."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from recommendations.preferences.hours import Hours

BERLIN, NEW_YORK = "Europe/Berlin", "America/New_York"
TICK = timedelta(minutes=15)


def berlin(month: int, day: int, hour: int, minute: int = 0, *, fold: int = 0) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=ZoneInfo(BERLIN), fold=fold).astimezone(UTC)


def hours(quiet_from: str = "", quiet_until: str = "", zone: str = BERLIN) -> Hours:
    ends = (time.fromisoformat(text) if text else None for text in (quiet_from, quiet_until))
    return Hours(zone, *ends)


class TestQuiet:
    @pytest.mark.parametrize(
        ("window", "clock", "quiet"),
        [
            (("", ""), "03:00", False),
            (("22:00", "07:00"), "21:59", False),
            (("22:00", "07:00"), "22:00", True),
            (("22:00", "07:00"), "00:00", True),
            (("22:00", "07:00"), "06:59", True),
            (("22:00", "07:00"), "07:00", False),
            (("12:00", "13:00"), "12:30", True),
            (("12:00", "13:00"), "13:00", False),
            (("09:00", "09:00"), "09:00", False),  # equal times are none
            (("00:00", "00:00"), "00:00", False),
        ],
    )
    def test_from_is_quiet_until_is_not(self, window: tuple[str, str], clock: str, quiet: bool) -> None:
        at = datetime.combine(date(2026, 6, 15), time.fromisoformat(clock), tzinfo=ZoneInfo(BERLIN))
        assert hours(*window).is_quiet(at.astimezone(UTC)) is quiet

    def test_is_of_the_member_own_zone(self) -> None:
        at = datetime(2026, 6, 15, 3, tzinfo=UTC)  # five in Berlin, eleven in the evening in New York
        assert hours("04:00", "06:00").is_quiet(at)
        assert not hours("04:00", "06:00", NEW_YORK).is_quiet(at)

    def test_an_hour_that_comes_twice_is_quiet_twice(self) -> None:
        night = hours("02:00", "03:00")  # 25 October: 03:00 becomes 02:00 again
        assert night.is_quiet(berlin(10, 25, 2, 30)) and night.is_quiet(berlin(10, 25, 2, 30, fold=1))
        assert not night.is_quiet(berlin(10, 25, 3))

    def test_an_hour_that_never_comes_is_never_quiet(self) -> None:
        night, before = hours("02:00", "03:00"), berlin(3, 29, 1, 59)  # 29 March: 02:00 becomes 03:00
        assert not night.is_quiet(before) and not night.is_quiet(before + timedelta(minutes=1))


class TestMailDay:
    @pytest.mark.parametrize(("hour", "is_morning"), [(7, False), (8, True), (11, True), (12, False), (23, False)])
    def test_without_quiet_hours_is_from_eight_to_noon(self, hour: int, is_morning: bool) -> None:
        assert hours().mail_day(berlin(6, 15, hour)) == (date(2026, 6, 15) if is_morning else None)

    @pytest.mark.parametrize(
        ("window", "day", "clock", "of"),
        [
            (("22:00", "08:30"), 15, "08:29", None),
            (("22:00", "08:30"), 15, "08:30", 15),
            (("09:00", "17:00"), 15, "08:00", 15),  # before it begins
            (("09:00", "17:00"), 15, "12:00", None),
            (("09:00", "17:00"), 15, "17:00", 15),
            (("09:00", "17:00"), 15, "20:59", 15),
            (("09:00", "17:00"), 15, "21:00", None),
            (("07:00", "05:00"), 16, "05:00", 15),  # the morning after still tells of the day before
            (("07:00", "05:00"), 16, "06:59", 15),
            (("22:00", "06:00"), 15, "06:00", None),  # over before the morning: nothing moves
            (("22:00", "06:00"), 15, "08:00", 15),
            (("13:00", "14:00"), 15, "14:00", None),  # after the morning: nothing moves
            (("11:30", "12:30"), 15, "12:30", 15),
        ],
    )
    def test_moves_to_the_end_of_quiet_hours(self, window: tuple[str, str], day: int, clock: str, of: int) -> None:
        at = datetime.combine(date(2026, 6, day), time.fromisoformat(clock), tzinfo=ZoneInfo(BERLIN))
        assert hours(*window).mail_day(at.astimezone(UTC)) == (of and date(2026, 6, of))

    clocks = st.integers(0, 24 * 60 - 1).map(lambda minutes: time(minutes // 60, minutes % 60))

    @given(
        clocks, clocks, st.sampled_from([BERLIN, NEW_YORK, "Asia/Kolkata", "Australia/Lord_Howe"]), st.integers(0, 364)
    )
    def test_each_day_has_its_tick_and_none_is_quiet(self, begins: time, ends: time, zone: str, day: int) -> None:
        """Whatever the window (an hour at least is open), each day finds a quarter of an hour on which it may go out.

        Where a clock is put forward into the only open hour, that hour does not exist and the day has none.
        """
        minutes = (begins.hour - ends.hour) * 60 + begins.minute - ends.minute
        assume(begins == ends or minutes % (24 * 60) >= 60)
        mine, wanted = Hours(zone, begins, ends), date(2026, 1, 1) + timedelta(days=day)
        midnight = datetime.combine(wanted, time(0), tzinfo=ZoneInfo(zone)).astimezone(UTC)
        changes = {(midnight + n * 24 * timedelta(hours=1)).astimezone(ZoneInfo(zone)).utcoffset() for n in range(3)}
        found = [at for n in range(2 * 24 * 4) if mine.mail_day(at := midnight + n * TICK) == wanted]
        assert not any(mine.is_quiet(at) for at in found)
        assert found or len(changes) > 1
