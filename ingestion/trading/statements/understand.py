"""Read the bytes with everything that is known beforehand: answers, a remembered mapping, the account's conventions."""

from __future__ import annotations

from dataclasses import dataclass, replace

from accounts.models import Business
from ingestion.models import HeaderMapping, Source, TradingAccount
from ingestion.trading.accounts import recognise
from ingestion.trading.reading.model import Hints, Kind, Line, Question, Reading
from ingestion.trading.reading.read import read_statement
from ingestion.trading.statements import mappings

CURRENCIES = ("usd", "eur", "gbp", "chf", "jpy", "aud", "cad")
OTHER_ACCOUNT = "other_account"


@dataclass(frozen=True, slots=True)
class Understood:
    """A reading of one account.

    `account` is None for one that is to be made. `questions` are all that keep it from being accepted; `others` the
    numbers of further accounts in the file, whose lines are not this reading's.
    """

    reading: Reading
    account: TradingAccount | None
    number: str
    currency: str
    questions: tuple[Question, ...] = ()
    others: tuple[str, ...] = ()
    mapping: HeaderMapping | None = None


def understand(
    business: Business, data: bytes, *, filename: str, answers: dict[str, str], chosen: Source | None
) -> Understood:
    """Errors: Unreadable for what is no statement."""
    hints = Hints(answers=dict(answers))
    if chosen is not None:
        hints = replace(hints, **recognise.known_conventions(_settings(business, chosen)))
    reading = read_statement(data, filename=filename, hints=hints)
    reading, kept, asked = _with_memory(business, data, filename, hints, reading, answers)
    if asked is not None:
        return Understood(reading, None, "", "", (asked,), mapping=kept)
    numbers = recognise.accounts_in(reading)
    number = _own_number(business, numbers, answers)
    found = recognise.settle(business, reading, number, chosen=chosen, answer=answers.get("account", ""))
    if isinstance(found, Question):
        return Understood(reading, None, number, "", (*reading.questions, found), mapping=kept)
    if found is not None and reading.questions and chosen is None:
        conventions = recognise.known_conventions(found)
        mapping = kept.mapping if kept else {}
        reading = read_statement(data, filename=filename, hints=replace(hints, mapping=mapping, **conventions))
    currency = answers.get("currency", "").lower() or (found.currency if found else "")
    currency = currency or recognise.currency_of(reading)
    questions = list(reading.questions)
    if not currency and not questions:
        questions.append(_which_currency())
    others = tuple(one for one in numbers if one != number) if _is_mixed(reading, numbers) else ()
    if others:
        reading = _of_one(reading, number)
    return Understood(reading, found, number, currency, tuple(questions), others, kept)


def _with_memory(
    business: Business, data: bytes, filename: str, hints: Hints, reading: Reading, answers: dict[str, str]
) -> tuple[Reading, HeaderMapping | None, Question | None]:
    """A header somebody mapped before is read that way, once its owner has seen how."""
    if reading.format not in ("unknown", "mapped") or any(key.startswith(mappings.COLUMN) for key in answers):
        return reading, None, None
    kept = mappings.remembered(business, reading.header)
    if kept is None or answers.get("mapping") == "no":
        return reading, None, None
    if answers.get("mapping") != "yes":
        return reading, kept, mappings.confirmation(kept)
    known = replace(hints, mapping=dict(kept.mapping), answers={**mappings.answers_of(kept), **answers})
    return read_statement(data, filename=filename, hints=known), kept, None


def _settings(business: Business, source: Source) -> TradingAccount | None:
    return TradingAccount.objects.of(business).filter(source=source).first()


def _own_number(business: Business, numbers: tuple[str, ...], answers: dict[str, str]) -> str:
    """The account this statement is of: the one it was split off for, else the first."""
    only = answers.get("only", "")
    return next((n for n in numbers if recognise.number_hash(business, n) == only), numbers[0] if numbers else "")


def _is_mixed(reading: Reading, numbers: tuple[str, ...]) -> bool:
    return len(numbers) > 1 and any(record.account for record in reading.records)


def _of_one(reading: Reading, number: str) -> Reading:
    return replace(reading, lines=tuple(_own(line, number) for line in reading.lines))


def _own(line: Line, number: str) -> Line:
    if not line.records or all(record.account.strip() in ("", number) for record in line.records):
        return line
    reason = "It is of another account of the file, which has a statement of its own."
    return replace(line, kind=Kind.SUMMARY, records=(), reason_code=OTHER_ACCOUNT, reason=reason)


def _which_currency() -> Question:
    choices = tuple((code, code.upper()) for code in CURRENCIES)
    return Question("currency", "Which currency are the results in?", choices, "The file does not say.")
