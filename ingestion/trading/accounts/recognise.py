"""Which account a statement is of, and the account that is made when a number comes for the first time."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any

from django.utils.crypto import salted_hmac

from accounts.events import record
from accounts.models import Business, User
from ingestion.models import Source, TradingAccount
from ingestion.trading.matching.instruments import instrument_of
from ingestion.trading.reading.model import ParsedCash, Question, Reading
from ingestion.trading.reading.zones import ROLLS

PROVIDER = "statements"
NEW = "new"


def number_hash(business: Business, number: str) -> str:
    """A keyed hash of an account number, different in each business. Empty for no number."""
    plain = "".join(number.split()).upper()
    return salted_hmac("ingestion.trading.account", f"{business.pk}:{plain}").hexdigest()[:64] if plain else ""


def accounts_in(reading: Reading) -> tuple[str, ...]:
    """The account numbers of the file's records, or else of its head; in the order they come."""
    of_records = dict.fromkeys(record.account.strip() for record in reading.records if record.account.strip())
    return tuple(of_records) or reading.account.numbers


def account_of(business: Business, number: str) -> TradingAccount | None:
    """The account with this number, if the business has it."""
    hashed = number_hash(business, number)
    if not hashed:
        return None
    return TradingAccount.objects.of(business).select_related("source").filter(number_hash=hashed).first()


def settle(
    business: Business, reading: Reading, number: str, *, chosen: Source | None, answer: str
) -> TradingAccount | Question | None:
    """The account of a statement; None for one to be made; a question where only a person can tell.

    A number that is known decides. A chosen account of another number is asked about, never mixed.
    """
    known = account_of(business, number)
    held = list(TradingAccount.objects.of(business).select_related("source").order_by("pk"))
    if answer == NEW and known is None:
        return None
    if answer.isdigit():
        return next((one for one in held if one.source_id == int(answer)), None) or _ask(held, reading)
    if chosen is not None:
        mine = next((one for one in held if one.source_id == chosen.pk), None)
        if mine is not None and (not number or not mine.number_hash or mine == known):
            return mine
        return _ask(held, reading, number)
    if known is not None or number or not held:
        return known
    return _ask(held, reading)


def _ask(held: list[TradingAccount], reading: Reading, number: str = "") -> Question:
    choices = tuple((str(one.source_id), f"{one.source.label}") for one in held)
    because = "The file names no account." if not number else f"The file is of an account that ends in {number[-4:]}."
    same = [one for one in held if one.platform == reading.format]
    suggested = str(same[0].source_id) if len(same) == 1 and not number else ""
    return Question(
        "account", "Which account is this statement of?", (*choices, (NEW, "A new account")), because, suggested
    )


def create_account(
    business: Business, reading: Reading, number: str, *, currency: str, user: User | None, now: datetime
) -> TradingAccount:
    """A source and its account, set up by what the file says."""
    kind = asset_class_of(reading)
    roll = ROLLS.get(kind)
    last4 = "".join(number.split())[-4:]
    name = reading.account.broker or reading.label
    source = Source.objects.create(
        business=business,
        provider=PROVIDER,
        label=f"{name} …{last4}"[:120] if last4 else name[:120],
        auth_mode=Source.AuthMode.UPLOAD,
        state=Source.State.ACTIVE,
        connected_at=now,
        created_by=user,
    )
    account = TradingAccount.objects.create(
        business=business,
        source=source,
        platform=reading.format[:20],
        broker=reading.account.broker[:80],
        number_hash=number_hash(business, number),
        number_last4=last4,
        currency=currency,
        mode=reading.account.mode or TradingAccount.Mode.NETTING,
        asset_class=kind,
        zone=reading.account.zone,
        session_zone=roll.zone if roll else "UTC",
        session_roll=roll.at if roll else time(0),
        starting_balance=reading.account.starting_balance,
    )
    record("trading.accounts.created", business=business, actor=user, subject=source)
    return account


def asset_class_of(reading: Reading) -> str:
    """What the file trades most; empty without trades."""
    counts: dict[str, int] = {}
    for one in reading.records:
        if not isinstance(one, ParsedCash):
            kind = instrument_of(one.symbol, one.asset_class).asset_class
            counts[kind] = counts.get(kind, 0) + 1
    return max(sorted(counts), key=lambda kind: counts[kind], default="")


def currency_of(reading: Reading) -> str:
    """The one currency of the file, lower case; empty where it says none, or several."""
    if reading.account.currency:
        return reading.account.currency.lower()[:3]
    stated = {one.currency.lower() for one in reading.records if one.currency}
    return stated.pop() if len(stated) == 1 else ""


def known_conventions(account: TradingAccount | None) -> dict[str, Any]:
    """What the account says beforehand about its files."""
    return {"zone": account.zone, "currency": account.currency} if account else {}
