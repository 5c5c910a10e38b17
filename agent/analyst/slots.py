"""What a question names: a period, a metric, a part of the score. Plain text in, plain values out; no clock."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta

from agent.analyst.lexicon import LEXICON
from analytics.payments.calendar import add_months

MONTHS = ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october",
          "november", "december")  # fmt: skip
PART = re.compile(r"\bcomponents?\b|\bpart\b|\bpoints for\b|\bwhy\b.*\b(?:score|points)\b")
NUMBERS = {"two": 2, "three": 3, "four": 4, "six": 6, "twelve": 12, "thirty": 30, "ninety": 90}
SPANS = {"day": 1, "week": 7}

PROP_FIRM = re.compile(
    r"\b(ftmo|topstep|apex|the5ers|5ers|fundingpips|fundednext|myfundedfutures|mff|e8|blue guardian|breakout"
    r"|hyrotrader)\b"
)
FIRM_NAMES = {"5ers": "the5ers", "mff": "myfundedfutures"}

_MONTH = "|".join(f"{name[:3]}(?:{name[3:]})?" if name != "may" else "may" for name in MONTHS)
TRAILING = re.compile(
    r"\b(?:last|past|previous|recent|these)\s+(\d{1,3}|" + "|".join(NUMBERS) + r")\s*-?\s*(day|week|month|year)s?\b"
)
NAMED_MONTH = re.compile(rf"\b(?:in|for|during|of|and|about|since)?\s*\b({_MONTH})\b(?:\s+(\d{{4}}))?")
ISO_MONTH = re.compile(r"\b(20\d{2})-(\d{2})\b(?!-)")
ISO_RANGE = re.compile(r"\b(20\d{2}-\d{2}-\d{2})\s*(?:\.\.|to|until|and|-|–)\s*(20\d{2}-\d{2}-\d{2})\b")
QUARTER = re.compile(r"\bq([1-4])(?:\s+(20\d{2}))?\b")

GRAIN = re.compile(r"\b(?:day|daily|week|weekly|month|monthly)\b")
GRAINS = {"da": "day", "we": "week", "mo": "month"}
TRADING = re.compile(r"\b(?:trad(?:e|es|ed|ing)|p&l|pnl)\b")


def period_of(text: str, *, today: date) -> str:
    """The period that a normalised question names, in the tools' grammar; empty when it names none.

    A named month without a year is the latest one that has begun.
    """
    for read in (_range, _iso_month, _trailing, _relative, _quarter, _named_month):
        found = read(text, today)
        if found:
            return found
    return ""


def metric_of(text: str) -> str:
    """The group of metrics a question is about; empty when it names none."""
    return next((name for name, pattern in LEXICON.metrics if pattern.search(text)), "")


def component_of(text: str) -> str:
    """The part of the readiness score a question names."""
    return next((name for name, pattern in LEXICON.components if pattern.search(text)), "")


def programme_of(text: str) -> str:
    """The prop firm a question names, as its programmes are called; empty when it names none."""
    match = PROP_FIRM.search(text)
    return "" if match is None else FIRM_NAMES.get(match[1], match[1])


def grain_of(text: str) -> str:
    """The step a question names: day, week or month; month where it names none."""
    match = GRAIN.search(text)
    return GRAINS[match[0][:2]] if match else "month"


def is_about_trading(text: str) -> bool:
    return bool(TRADING.search(text))


def names_component(text: str) -> bool:
    """Whether it is about one part of the score: `why is the growth part low?`, `points for disputes`."""
    return bool(PART.search(text)) and bool(component_of(text))


def _range(text: str, today: date) -> str:
    match = ISO_RANGE.search(text)
    return f"{match[1]}..{match[2]}" if match else ""


def _iso_month(text: str, today: date) -> str:
    match = ISO_MONTH.search(text)
    return match[0] if match and 1 <= int(match[2]) <= 12 else ""


def _trailing(text: str, today: date) -> str:
    match = TRAILING.search(text)
    if match is None:
        return ""
    count = NUMBERS.get(match[1]) or int(match[1])
    if count == 0:
        return ""
    start = today - timedelta(days=count * SPANS[match[2]]) if match[2] in SPANS else None
    start = start or add_months(today, -count * (12 if match[2] == "year" else 1))
    known = {7: "7d", 28: "28d", 90: "90d"}.get((today - start).days) if match[2] == "day" else None
    return known or _days(start, today)


def _relative(text: str, today: date) -> str:
    this_month, this_week = today.replace(day=1), today - timedelta(days=today.weekday())
    quarter = date(today.year, 3 * ((today.month - 1) // 3) + 1, 1)
    named: tuple[tuple[str, Callable[[], str]], ...] = (
        (r"(?:last|previous|prior) month", lambda: f"{add_months(this_month, -1):%Y-%m}"),
        (r"month before last", lambda: f"{add_months(this_month, -2):%Y-%m}"),
        (r"(?:this|current) month|month to date|so far this month", lambda: "mtd"),
        (r"(?:last|previous) week", lambda: _days(this_week - timedelta(days=7), this_week)),
        (r"(?:this|current) week", lambda: _days(this_week, max(today, this_week + timedelta(days=1)))),
        (r"(?:last|previous) quarter", lambda: _days(add_months(quarter, -3), quarter)),
        (r"(?:this|current) quarter", lambda: _days(quarter, max(today, quarter + timedelta(days=1)))),
        (r"(?:last|previous) year", lambda: _days(date(today.year - 1, 1, 1), date(today.year, 1, 1))),
        (r"(?:this|current) year|year to date", lambda: "ytd"),
        (r"yesterday", lambda: _days(today - timedelta(days=1), today)),
        (r"(?:past|last) twelve months|(?:past|a|whole) year", lambda: "12m"),
    )
    return next((make() for pattern, make in named if re.search(rf"\b(?:{pattern})\b", text)), "")


def _quarter(text: str, today: date) -> str:
    match = QUARTER.search(text)
    if match is None:
        return ""
    start = date(int(match[2] or today.year), 3 * int(match[1]) - 2, 1)
    start = start if match[2] or start <= today else start.replace(year=start.year - 1)
    return _days(start, add_months(start, 3))


def _named_month(text: str, today: date) -> str:
    for match in NAMED_MONTH.finditer(text):
        if (
            match[1] in ("may", "mar")
            and not match[2]
            and not re.match(r"\s*(?:in|for|during|of|about|and)\b", match[0])
        ):
            continue  # "may" is also a verb
        number = next(place for place, name in enumerate(MONTHS, start=1) if name.startswith(match[1][:3]))
        year = int(match[2]) if match[2] else today.year - (number > today.month)
        return f"{year}-{number:02d}"
    return ""


def _days(start: date, end: date) -> str:
    """Half-open [start, end) in the grammar's closed form."""
    return f"{start}..{end - timedelta(days=1)}"
