"""Times: every way they are written, the order of their parts, zones, clock changes and sessions."""

from __future__ import annotations

from datetime import UTC, date, datetime, time

import pytest

from ingestion.trading.reading.model import Decision, Hints, Question
from ingestion.trading.reading.moments import DAY_FIRST, MONTH_FIRST, Moment, decide_dates, has_zone, to_moment, to_wall
from ingestion.trading.reading.numbers import BadValue
from ingestion.trading.reading.zones import CRYPTO, FUTURES, FX, Roll, UnknownZone, decide_zone, parse_zone

NOON = datetime(2026, 1, 5, 12, 30, 15)


@pytest.mark.parametrize(
    "cell",
    [
        "2026.01.05 12:30:15", "2026-01-05 12:30:15", "2026-01-05T12:30:15", "2026-01-05, 12:30:15",
        "2026/01/05 12:30:15", "20260105;123015", "20260105 123015", "20260105;12:30:15",
        "05.01.2026 12:30:15", "5 Jan 2026 12:30:15",
        "05-Jan-2026 12:30:15", "Jan 5, 2026 12:30:15", "January 5, 2026, 12:30:15 PM", "2026-01-05 12:30:15.000000000",
        "2026-01-05 12:30:15 PM", "1767616215", "1767616215000", "46027.521006944444", "5. Jan 2026 12:30:15",
    ],
)  # fmt: skip
def test_a_time_that_can_be_read_in_one_way_only(cell):
    wall = to_wall(cell)
    assert wall is not None and wall.at == NOON


@pytest.mark.parametrize(("order", "month"), [(DAY_FIRST, 4), (MONTH_FIRST, 3)])
def test_a_time_that_can_be_read_in_two_ways(order, month):
    wall = to_wall("03/04/2026 1:02:03 AM", order)
    assert wall is not None and (wall.at.month, wall.at.hour) == (month, 1)


@pytest.mark.parametrize("cell", ["", "-", "—", "  "])
def test_no_time_is_none(cell):
    assert to_wall(cell) is None


@pytest.mark.parametrize(
    "cell",
    ["soon", "2026-13-01", "31/31/2026", "2026-01-05 25:00", "2026-01-05 13:00 PM", "########", "1.05", "1850-01-01",
     "2026-01-05 10:00 XYZ"],
)  # fmt: skip
def test_what_is_no_time_is_refused(cell):
    with pytest.raises(BadValue):
        to_wall(cell)


@pytest.mark.parametrize(
    ("cell", "utc"),
    [
        ("2026-01-05 12:30:15 +01:00", 11), ("2026-01-05T12:30:15Z", 12), ("01/05/2026 12:30:15 -06:00", 18),
        ("2026-01-05 12:30:15 EST", 17), ("20260105;123015 EST", 17), ("1767616215000", 12),
        ("2026-01-05 12:30:15-0500", 17),
    ],
)  # fmt: skip
def test_an_offset_in_the_cell_wins_over_every_zone(cell, utc):
    moment = to_moment(cell, MONTH_FIRST, parse_zone("Asia/Tokyo"))
    assert moment == Moment(datetime(2026, 1, 5, utc, 30, 15, tzinfo=UTC), cell) and has_zone(cell)


def test_times_without_an_offset_have_no_zone():
    assert not any(
        has_zone(cell) for cell in ("2026-01-05 12:30:15", "20260105;123015", "05/01/2026", "1/5/26 9:31:02")
    )


@pytest.mark.parametrize(
    ("cells", "order", "made_by"),
    [
        (["13/01/2026", "02/03/2026"], DAY_FIRST, "evidence"),
        (["01/13/2026", "02/03/2026"], MONTH_FIRST, "evidence"),
        (["01.02.2026"], DAY_FIRST, "evidence"),
        (["2026-01-05"], "ymd", "evidence"),
        (["05/05/2026"], "ymd", "evidence"),
        (["03/01/2026", "04/01/2026", "05/01/2026", "01/02/2026"], DAY_FIRST, "evidence"),
    ],
)
def test_the_order_of_a_date_is_decided_for_the_column(cells, order, made_by):
    verdict = decide_dates(cells, column="Date", hints=Hints())
    assert isinstance(verdict, Decision) and (verdict.value, verdict.made_by) == (order, made_by)


@pytest.mark.parametrize("cells", [["03/04/2026"], ["13/01/2026", "01/13/2026"], ["01/02/2026", "02/03/2026"]])
def test_an_order_that_nothing_tells_is_asked(cells):
    assert isinstance(decide_dates(cells, column="Date", hints=Hints()), Question)


def test_the_period_of_the_file_tells_the_order():
    period = (date(2026, 3, 1), date(2026, 3, 31))
    verdict = decide_dates(["03/04/2026"], column="Date", hints=Hints(), period=period)
    assert isinstance(verdict, Decision) and verdict.value == MONTH_FIRST


def test_answer_then_neighbours_then_habit():
    asked = ["03/04/2026"]
    assert decide_dates(asked, column="D", hints=Hints(answers={"dates:D": DAY_FIRST})).value == DAY_FIRST
    assert decide_dates(asked, column="D", hints=Hints(), default=MONTH_FIRST).made_by == "format"
    assert decide_dates(asked, column="D", hints=Hints(), siblings=[DAY_FIRST, "ymd"]).value == DAY_FIRST


class TestZones:
    @pytest.mark.parametrize(("hour", "shown"), [(1, "twice"), (2, "never")])
    def test_a_clock_change_is_marked(self, hour, shown):
        day = "2026-11-01" if shown == "twice" else "2026-03-08"
        moment = to_moment(f"{day} 0{hour}:30:00", "", parse_zone("America/New_York"))
        assert moment is not None and moment.ambiguous
        later = to_moment(f"{day} 0{hour + 2}:30:00", "", parse_zone("America/New_York"))
        assert later is not None and not later.ambiguous

    def test_servers_that_follow_new_york_change_clocks_with_it(self):
        zone = parse_zone("America/New_York+07:00")
        winter, between = (to_moment(text, "", zone) for text in ("2026-03-06 00:00", "2026-03-16 00:00"))
        assert (winter.at.hour, between.at.hour) == (22, 21)
        european = to_moment("2026-03-16 00:00", "", parse_zone("Europe/Athens"))
        assert european.at.hour == 22

    @pytest.mark.parametrize(
        ("text", "label"), [("UTC+2", "+02:00"), ("utc-5", "-05:00"), ("GMT", "UTC"), ("+05:30", "+05:30")]
    )
    def test_offsets_are_zones(self, text, label):
        assert parse_zone(text).text == label

    @pytest.mark.parametrize("text", ["Mars/Olympus", "+25:00", "", "../etc/passwd"])
    def test_what_is_no_zone_is_refused(self, text):
        with pytest.raises(UnknownZone):
            parse_zone(text)

    def test_precedence(self):
        hints = Hints(zone="Europe/London", answers={"zone": "Asia/Tokyo"})
        assert decide_zone(hints=hints, in_cells=True, in_header="UTC+2", of_format="UTC").value == "cell"
        assert decide_zone(hints=hints, in_header="UTC+2", of_format="UTC").value == "+02:00"
        assert decide_zone(hints=hints, of_format="UTC").made_by == "format"
        assert decide_zone(hints=hints).value == "Asia/Tokyo"
        assert decide_zone(hints=Hints(zone="Europe/London")).made_by == "account"
        assert isinstance(decide_zone(hints=Hints()), Question)


class TestSessions:
    @pytest.mark.parametrize(
        ("roll", "moment", "session"),
        [
            (FUTURES, datetime(2026, 1, 5, 22, 59, tzinfo=UTC), date(2026, 1, 5)),
            (FUTURES, datetime(2026, 1, 5, 23, 0, tzinfo=UTC), date(2026, 1, 6)),
            (FUTURES, datetime(2026, 7, 6, 22, 0, tzinfo=UTC), date(2026, 7, 7)),
            (FX, datetime(2026, 1, 5, 22, 0, tzinfo=UTC), date(2026, 1, 6)),
            (CRYPTO, datetime(2026, 1, 5, 23, 59, tzinfo=UTC), date(2026, 1, 5)),
            (Roll(time(0, 30), "UTC"), datetime(2026, 1, 6, 0, 29, tzinfo=UTC), date(2026, 1, 5)),
            (Roll(time(0), "Europe/Prague"), datetime(2026, 1, 5, 23, 0, tzinfo=UTC), date(2026, 1, 6)),
        ],
    )
    def test_a_moment_belongs_to_the_session_its_roll_says(self, roll, moment, session):
        assert roll.session_date(moment) == session
