"""Numbers as brokers and spreadsheets write them. What a comma means is decided for a whole column."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal

from ingestion.trading.reading.model import Decision, Hints, Question

POINT, COMMA = "point", "comma"
POINT_ONLY = "point_only"  # a format that writes points, and never a comma between thousands
NULLS = frozenset({"", "-", "--", "—", "–", "−", "n/a", "na", "nan", "none", "null", "∞", "~"})
SPACES = dict.fromkeys(map(ord, " \t\u00a0\u2007\u2009\u202f\u200a\u2008'’"))
PLAIN = re.compile(r"-?\d{1,18}(?:\.\d{1,20})?")
WRAPPED = re.compile(r'=?"?=?"([^"]*)"+')
NUMBER = re.compile(
    r"(?P<sign>[-+]?)(?P<before>(?:US|R|C|A|HK|NZ|S)?[$€£¥₿]|[A-Z]{3,4}(?=[-+(\d.,]))?(?P<sign2>[-+]?)"
    r"(?P<digits>\d[\d.,]*|[.,]\d+)(?P<power>[eE][-+]?\d{1,3})?(?P<after>%|[A-Za-z$€£¥₿][A-Za-z/]{0,11}\d?)?(?P<sign3>-?)"
)
_MONTH = r"(?:jan|feb|m[aä]r|apr|may|mai|jun|jul|aug|sep|oct|okt|nov|dec|dez)"
MONTHS = re.compile(rf"(?i)\b{_MONTH}[a-zä]*[-. ]\d|\d[-. ]{_MONTH}")
LONGEST = 60  # longer cells are no numbers, and are not looked at any closer
MOST_DIGITS = 18  # before the point, as many as the store keeps
ENOUGH = Decimal("0.9")

Check = Callable[[str], tuple[int, int]]  # style → (rows that tie out under it, rows that could)


class BadValue(ValueError):
    """A cell that cannot be what its column says. `code` for the counters, `reason` for the trader."""

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


def is_null(cell: str) -> bool:
    return cell.strip().lower() in NULLS


def text_of(cell: str) -> str:
    """The text of a cell without the `="…"` that keeps spreadsheets from turning it into a number."""
    cell = cell.strip()
    if cell.startswith(("=", '"')) and (match := WRAPPED.fullmatch(cell)):
        return match[1].strip()
    return cell


def split_unit(cell: str) -> tuple[str, str]:
    """`0.10 Lots` → (`0.10`, `Lots`). The unit is empty without one."""
    match = NUMBER.fullmatch(_tight(cell))
    if not match:
        return cell.strip(), ""
    unit = match["after"] or match["before"] or ""
    sign = "-" if "-" in (match["sign"], match["sign2"], match["sign3"]) else ""
    return f"{sign}{match['digits']}{match['power'] or ''}", unit


def to_decimal(cell: str, style: str = POINT) -> Decimal | None:
    """The number in a cell, None for an empty one or a dash. Errors: BadValue."""
    if style == POINT and PLAIN.fullmatch(cell):
        return Decimal(cell)
    if len(cell) > LONGEST and len(cell.strip()) > LONGEST:
        raise _no_number(cell)
    if is_null(cell):
        return None
    tight = _tight(cell)
    if is_null(tight):
        return None
    negative = tight.startswith(("(", "-(", "$(")) and tight.endswith(")")
    if "(" in tight or ")" in tight:
        tight = tight.replace("(", "").replace(")", "")
    match = NUMBER.fullmatch(tight)
    if not match:
        raise _no_number(cell)
    digits = _digits(match["digits"], style)
    if digits is None:
        raise BadValue("bad_number", f"“{cell.strip()[:40]}” is no number with a decimal {style}.")
    value = Decimal(digits + (match["power"] or ""))
    if value and value.adjusted() >= MOST_DIGITS:
        raise BadValue("number_too_large", f"“{cell.strip()[:40]}” is larger than any amount.")
    minus = negative or "-" in (match["sign"], match["sign2"], match["sign3"])
    return -value if minus else value


def decide_decimals(
    cells: Iterable[str],
    *,
    column: str,
    hints: Hints,
    checks: Sequence[Check] = (),
    default: str = "",
    siblings: Iterable[str] = (),
) -> Decision | Question:
    """How one column writes decimals: `point` or `comma`.

    In this order: an answer; cells that allow one reading only; arithmetic (`checks`); what the other columns of the
    table do (`siblings`); what the format always does (`default`). `1,234` alone is asked, never guessed.
    """
    key = f"decimals:{column}"
    proofs, doubt = _evidence(cells)
    if (answer := hints.answers.get(key)) in (POINT, COMMA):
        return Decision(key, answer, "person", "You said so.")
    if len(proofs) == 1:
        style, cell = next(iter(proofs.items()))
        return Decision(key, style, "evidence", f"“{cell}” can be read in one way only.")
    if len(proofs) > 1:
        return _question(key, column, f"“{proofs[POINT]}” and “{proofs[COMMA]}” follow different rules.")
    if not doubt:
        return Decision(key, COMMA if default == COMMA else POINT, "evidence", "No value has a separator that matters.")
    if style := _by_arithmetic(checks):
        return Decision(key, style, "evidence", "Quantity times price difference ties out with the result.")
    known = set(siblings)
    if len(known) == 1:
        return Decision(key, known.pop(), "evidence", "The other columns of the table write numbers so.")
    if default and not (default == POINT_ONLY and "," in doubt):
        return Decision(key, COMMA if default == COMMA else POINT, "format", "This format always writes numbers so.")
    return _question(key, column, f"“{doubt}” can be read in two ways.")


def _tight(cell: str) -> str:
    cell = text_of(cell) if cell[:1] in "=\"' " else cell
    return cell.translate(SPACES).replace("\u2212", "-").replace("–", "-").strip()


def _digits(digits: str, style: str) -> str | None:
    """Digits with a point, or None where the separators do not fit the style."""
    point, group = (".", ",") if style == POINT else (",", ".")
    whole, _, rest = digits.partition(point)
    if point in rest or group in rest:
        return None
    if group in whole:
        parts = whole.split(group)
        if not 1 <= len(parts[0]) <= 3 or len(parts[-1]) != 3 or any(len(part) not in (2, 3) for part in parts[1:-1]):
            return None
        whole = "".join(parts)
    return f"{whole or '0'}.{rest}" if rest else whole


def _evidence(cells: Iterable[str]) -> tuple[dict[str, str], str]:
    """Style → a cell that proves it, and a cell that could be read in two ways."""
    proofs: dict[str, str] = {}
    doubt = ""
    for cell in dict.fromkeys(cells):
        if ("." not in cell and "," not in cell) or len(cell) > LONGEST:
            continue
        if PLAIN.fullmatch(cell):
            digits = cell.lstrip("-")
        elif match := NUMBER.fullmatch(_tight(cell).replace("(", "").replace(")", "")):
            digits = match["digits"]
        else:
            continue
        style = _proof(digits)
        if style:
            proofs.setdefault(style, cell.strip()[:40])
        elif style is None:
            doubt = doubt or cell.strip()[:40]
    return proofs, doubt


def _proof(digits: str) -> str | None:
    """The only style that fits, None where both do, empty where nothing is to be seen."""
    if "," not in digits and digits.count(".") == 1:  # by far the most
        before, _, after = digits.partition(".")
        return POINT if len(after) != 3 or not 1 <= len(before) <= 3 or before[0] == "0" else None
    point, comma = _digits(digits, POINT), _digits(digits, COMMA)
    if point is None or comma is None:
        return COMMA if comma is not None else POINT if point is not None else ""
    if point == comma:
        return ""
    if digits.startswith("0"):  # 0,123 has no thousands
        return COMMA if "," in digits else POINT
    return None


def _by_arithmetic(checks: Sequence[Check]) -> str:
    for check in checks:
        shares = {}
        for style in (POINT, COMMA):
            agree, possible = check(style)
            shares[style] = Decimal(agree) / possible if possible else Decimal(0)
        if shares[POINT] >= ENOUGH > shares[COMMA]:
            return POINT
        if shares[COMMA] >= ENOUGH > shares[POINT]:
            return COMMA
    return ""


def _question(key: str, column: str, because: str) -> Question:
    return Question(
        key,
        f"How does the column “{column}” write decimals?",
        (
            (POINT, "1.5 is one and a half"),
            (COMMA, "1,5 is one and a half"),
        ),
        because,
    )


def _no_number(cell: str) -> BadValue:
    shown = cell.strip()[:40]
    if MONTHS.search(shown):
        return BadValue("mangled_number", f"A spreadsheet made the number “{shown}” a date. Upload the original.")
    if shown.startswith("#"):
        return BadValue("mangled_number", f"“{shown}” is shown by a spreadsheet where a column is too narrow.")
    return BadValue("bad_number", f"“{shown}” is no number.")
