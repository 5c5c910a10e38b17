"""Every number in an answer must equal a known value, as printed.

A sentence that cites figures is checked against exactly those figures, so a true number under a wrong label is found
too; a sentence that cites none is checked against all figures of the answer. Numbers of the question, of cited
passages and declared constants are allowed anywhere. Dates are checked like numbers.
Source: agent.md § 9.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from accounts.money import THREE_DECIMAL, TWO_DECIMAL, ZERO_DECIMAL

CURRENCY_OF = {"$": "usd", "US$": "usd", "€": "eur", "£": "gbp", "¥": "jpy", "R$": "brl", "₹": "inr", "₩": "krw"}
SCALES = {"k": Decimal(1000), "m": Decimal(10**6), "b": Decimal(10**9)}
SUFFIXES = {"percent": "%", "per cent": "%", "%": "%", "pp": "%", "thousand": "k", "million": "m", "billion": "b",
            "bn": "b", "k": "k", "m": "m", "b": "b", "x": "x"}  # fmt: skip
WORDS = {
    "two": "2", "three": "3", "four": "4", "five": "5", "six": "6", "seven": "7", "eight": "8", "nine": "9",
    "ten": "10", "eleven": "11", "twelve": "12", "dozen": "12", "twice": "2", "doubled": "2", "tripled": "3",
    "half": "0.5", "halved": "0.5",
}  # fmt: skip
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
EXACT_BELOW = 100  # else "4 campaigns" would pass because of 4.2

CITED = re.compile(r"\[ev:([\w.\-]+)\]")
SOURCE = re.compile(r"\[Source:\s*([\w.\-]+)\]", re.IGNORECASE)
SENTENCE = re.compile(r"[^\n]*?(?:[.!?](?:\s*\[(?:ev|Source):[^\]]*\])*(?=\s|$)|\n|$)")
_MONTH = r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*\.?"
DAY = re.compile(
    rf"\b(?P<iso>\d{{4}}-\d{{2}}-\d{{2}})(?:T[\d:.+Z-]*)?|\b(?P<day>\d{{1,2}})\s(?P<month>{_MONTH})(?:\s(?P<year>\d{{4}}))?"
    rf"|\b(?P<month2>{_MONTH})\s(?P<day2>\d{{1,2}})(?!\d)(?:,?\s(?P<year2>\d{{4}}))?|\b(?P<month3>{_MONTH})\s(?P<year3>\d{{4}})"
)
SILENT = re.compile(
    r"\[(?:ev|Source):[^\]]*\]|https?://\S+|\]\([^)]*\)|^\s*\d+[.)](?:\s|$)|\b\d{1,2}:\d{2}\b", re.MULTILINE
)
NUMBER = re.compile(
    r"(?<![\w.,/…])(?<![A-Za-z]-)(?P<sign>[-+−]?)(?P<symbol>US\$|R\$|[$€£¥₹₩]|[A-Z]{3}[\s\u00a0](?=\d))?"
    r"(?P<whole>\d{1,3}(?:[,\u00a0\u202f]\d{3})+|\d+)(?P<part>\.\d+)?"
    r"(?:[\s\u00a0\u202f]?(?P<suffix>%|percent\b|per cent\b|pp\b|thousand\b|million\b|billion\b)"
    r"|(?P<tight>bn|[kKMBbx])\b)?"
    r"(?:[\s\u00a0-](?P<span>days?|weeks?|months?|years?|hours?)\b)?"
    r"(?![A-Za-z_])"
)
WORD = re.compile(
    r"\b(" + "|".join(WORDS) + r")\b(?:[\s-](?P<span>days?|weeks?|months?|years?|hours?)\b)?", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Known:
    """A value an answer may print. Money in major units, rates as fractions. A constant has no id.

    `span` is "days", "months" …, where the value is a length of time.
    """

    value: Decimal
    unit: str = "constant"
    id: str = ""
    currency: str = ""
    span: str = ""


@dataclass(frozen=True, slots=True)
class Printed:
    """A number as it stands in a text: its value in its own scale, and how many decimals were shown."""

    text: str
    value: Decimal
    decimals: int
    suffix: str = ""
    currency: str = ""
    span: str = ""
    signed: bool = False
    is_word: bool = False


@dataclass(frozen=True, slots=True)
class Unmatched:
    text: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Grounding:
    """The outcome of a check: how many numbers and dates were printed, how many were found, and which were not."""

    figures: int = 0
    unmatched: tuple[Unmatched, ...] = ()

    @property
    def matched(self) -> int:
        return self.figures - len(self.unmatched)

    @property
    def holds(self) -> bool:
        return not self.unmatched


@dataclass(frozen=True, slots=True)
class Pool:
    """What an answer may print: figures by evidence id, values allowed in every sentence, and known days."""

    figures: Mapping[str, Known] = field(default_factory=dict)
    constants: tuple[Known, ...] = ()
    days: frozenset[date] = frozenset()

    @classmethod
    def of(
        cls, figures: Iterable[Known], *, texts: Iterable[str] = (), constants: Iterable[Known] = (),
        days: Iterable[date] = (),
    ) -> Pool:  # fmt: skip
        """`texts` are the question and the cited passages: their numbers and dates may be repeated."""
        allowed, known_days = list(constants), set(days)
        for text in texts:
            allowed += [_as_constant(printed) for printed in numbers(text)]
            known_days |= {day for _, day, exact in dates(text) if exact}
        return cls({known.id: known for known in figures}, tuple(allowed), frozenset(known_days))


def check(text: str, pool: Pool) -> Grounding:
    """Compare every number and date in `text` with what is known.

    Empty: a text without numbers holds with figures == 0.
    """
    total, missing = 0, []
    for sentence in sentences(text):
        cited = [pool.figures[ref] for ref in CITED.findall(sentence) if ref in pool.figures]
        unknown = [ref for ref in CITED.findall(sentence) if ref not in pool.figures]
        candidates = (*(cited or pool.figures.values()), *pool.constants)
        for printed in numbers(sentence):
            total += 1
            if not any(matches(printed, known) for known in candidates):
                missing.append(Unmatched(printed.text, sentence))
        for shown, day, exact in dates(sentence):
            total += 1
            if not _day_known(day, pool.days, exact=exact):
                missing.append(Unmatched(shown, sentence))
        for ref in unknown:
            total += 1
            missing.append(Unmatched(f"[ev:{ref}]", sentence))
    return Grounding(total, tuple(missing))


def sentences(text: str) -> list[str]:
    """The sentences of a Markdown text; citations that follow a full stop stay with their sentence."""
    return [part.strip() for part in SENTENCE.findall(text) if part.strip()]


def numbers(text: str) -> list[Printed]:
    """The numbers a reader sees: not those inside citations, links, dates, times, list markers and identifiers.

    The last digits of a masked account number, `…2461`, are an identifier.
    """
    visible = DAY.sub(" ", SILENT.sub(" ", text))
    found = [_printed(match) for match in NUMBER.finditer(visible)]
    return found + [_word(match) for match in WORD.finditer(visible)]


def dates(text: str) -> list[tuple[str, date, bool]]:
    """(as printed, day, exact): a month without a day, or a day without a year, is not exact."""
    found = []
    for match in DAY.finditer(SILENT.sub(" ", text)):
        day = _date(match)
        if day is not None:
            found.append((match.group().strip(), *day))
    return found


def matches(printed: Printed, known: Known) -> bool:
    """Whether `known`, in the printed scale and rounded to the printed decimals, is the printed value."""
    scale = _scale(printed, known)
    if scale is None or (printed.span and known.span != printed.span):
        return False
    value = known.value * scale
    if not printed.signed and not (printed.value < 0):
        value = abs(value)
    plain = not printed.suffix and not printed.currency and not printed.is_word
    if plain and printed.decimals == 0 and abs(printed.value) < EXACT_BELOW:
        return value == printed.value
    return value.quantize(Decimal(1).scaleb(-printed.decimals), rounding=ROUND_HALF_UP) == printed.value


def _scale(printed: Printed, known: Known) -> Decimal | None:
    """What to multiply a known value by before comparing; None when the units cannot mean the same."""
    if printed.currency:
        wrong = known.unit not in ("money", "constant") or known.currency not in ("", printed.currency)
        if wrong:
            return None
    if printed.suffix == "%":
        return {"rate": Decimal(100), "index": Decimal(100), "percent": Decimal(1)}.get(known.unit)
    if known.unit == "percent":
        return Decimal("0.01") if printed.decimals else None
    if printed.suffix in SCALES:
        return 1 / SCALES[printed.suffix]
    return Decimal(1)


def _printed(match: re.Match[str]) -> Printed:
    whole = re.sub(r"\D", "", match["whole"])
    part = match["part"] or ""
    suffix = SUFFIXES.get((match["suffix"] or match["tight"] or "").lower(), "")
    negative = match["sign"] in ("-", "−")
    value = Decimal(f"{'-' if negative else ''}{whole}{part}")
    symbol = (match["symbol"] or "").strip()
    return Printed(
        text=match.group().strip(),
        value=value,
        decimals=max(0, len(part) - 1),
        suffix="" if suffix == "x" else suffix,
        currency=CURRENCY_OF.get(symbol) or _code(symbol),
        span=_span(match["span"]),
        signed=bool(match["sign"]),
    )


def _code(symbol: str) -> str:
    code = symbol.lower()
    return code if code in TWO_DECIMAL or code in ZERO_DECIMAL or code in THREE_DECIMAL else ""


def _word(match: re.Match[str]) -> Printed:
    value = Decimal(WORDS[match[1].lower()])
    decimals = 1 if value < 1 else 0
    return Printed(match.group(), value, decimals, span=_span(match["span"]), is_word=value < 1)


def _span(text: str | None) -> str:
    return "" if not text else text.lower().rstrip("s") + "s"


def _as_constant(printed: Printed) -> Known:
    value = printed.value * SCALES.get(printed.suffix, Decimal(1))
    unit = "percent" if printed.suffix == "%" else "constant"
    return Known(value, unit, currency=printed.currency, span=printed.span)


def _date(match: re.Match[str]) -> tuple[date, bool] | None:
    try:
        if match["iso"]:
            return date.fromisoformat(match["iso"]), True
        month = (match["month"] or match["month2"] or match["month3"])[:3].lower()
        day = int(match["day"] or match["day2"] or 1)
        year = match["year"] or match["year2"] or match["year3"]
        exact = bool(year) and not match["month3"]
        return date(int(year or 4), MONTHS.index(month) + 1, day), exact
    except ValueError:
        return None


def _day_known(day: date, known: frozenset[date], *, exact: bool) -> bool:
    if exact:
        return day in known
    if day.year == 4:  # printed without a year
        return any((day.month, day.day) == (other.month, other.day) for other in known)
    return any((day.year, day.month) == (other.year, other.month) for other in known)
