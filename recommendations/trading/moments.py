"""Crucial moments: what an upload shows that a trader should hear of once. Plain values.

The desk is not live: every sentence is in the past tense and names the data's own time. Source: trading.md § 7.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

from accounts import formats
from analytics.figures import Figure
from analytics.trading.inference.stat import minor
from recommendations.trading.desk import AccountState, TradingDesk
from recommendations.trading.rules.data import is_fresh
from recommendations.wording import Constant, Label, Sentence, sentence

STEPS = (Decimal("0.9"), Decimal("0.75"), Decimal("0.5"))
TEMPO = timedelta(days=3)


@dataclass(frozen=True, slots=True)
class Moment:
    """One thing to be told. Told once for its kind, subject and session; again after `cooldown` at the earliest.

    is_limit: told whatever else was told that day.
    """

    kind: str
    subject: str
    session: str
    title: Sentence
    text: tuple[Sentence, ...]
    url_name: str
    is_limit: bool = False
    cooldown: timedelta = timedelta(days=1)

    @property
    def key(self) -> str:
        return f"moment:{self.kind}:{self.subject}:{self.session}"

    @property
    def stem(self) -> str:
        """What a cooldown counts by."""
        return f"moment:{self.kind}:{self.subject}:"


def moments(desk: TradingDesk) -> Iterator[Moment]:
    """Every crucial moment of every account, limits first. Empty: nothing for accounts without recent closes."""
    for account in desk.accounts:
        yield from _statement(account)
        if is_fresh(account, desk):
            yield from _daily_limit(desk, account)
            yield from _near_floor(account)
            yield from _conduct(account)
            yield from _edge(account)
        yield from _rules(desk, account)


def _daily_limit(desk: TradingDesk, account: AccountState) -> Iterator[Moment]:
    """The highest step of the daily limit that the last session reached: a half, three quarters, nine tenths."""
    last, limit = account.last_day, account.daily_limit
    if last is None or not limit or limit <= 0:
        return
    lost = Decimal(str(round(-last.deepest, 6)))
    step = next((step for step in STEPS if lost >= step * limit), None)
    if step is None:
        return
    share = desk.own(account, "day_loss_share", lost / limit, n=last.decisions)
    loss = desk.own(account, "day_loss", minor(lost, account.currency) or 0, n=last.decisions)
    yield Moment(
        kind=f"limit{formats.number(step * 100)}",
        subject=str(account.id),
        session=last.day.isoformat(),
        title=sentence("{account} used {share} of its daily limit", account=Label(account.label), share=share),
        text=(
            sentence("At its deepest the session of {day} was down {loss}.", day=last.day, loss=loss),
            _as_of(account),
        ),
        url_name="trading:kpis",
        is_limit=True,
        cooldown=timedelta(0),
    )


def _near_floor(account: AccountState) -> Iterator[Moment]:
    """Less than one ordinary day above the floor."""
    cushion = account.figure("monte_carlo", "trading.mc_cushion")
    if cushion is None or not 0 < Decimal(cushion.value or 0) < 1:
        return
    yield Moment(
        kind="floor",
        subject=str(account.id),
        session=_session(account),
        title=sentence("{account} stood less than an ordinary day above its floor", account=Label(account.label)),
        text=(sentence("Its cushion was {cushion} ordinary days.", cushion=cushion), _as_of(account)),
        url_name="trading:monte-carlo",
        is_limit=True,
        cooldown=TEMPO,
    )


def _conduct(account: AccountState) -> Iterator[Moment]:
    """Acute tilt, or a lower behavioural level than before."""
    now, before = account.results.get("bql"), account.before.get("bql")
    if now is None:
        return
    if now.override:
        yield _said(account, "tilt", sentence("{account} closed in tilt", account=Label(account.label)), now.override)
    elif before is not None and 0 < now.level < before.level:
        title = sentence(
            "{account} fell from {before} to {now}", account=Label(account.label), before=Label(before.word),
            now=Label(now.word),
        )  # fmt: skip
        yield _said(account, "level", title, "The behavioural level fell with the last sessions.")


def _edge(account: AccountState) -> Iterator[Moment]:
    """The monitor of the edge has raised its alarm, or called the edge broken."""
    health: Any = account.results.get("edge_health")
    if health is None or not (health.alarm or str(health.state) == "broken"):
        return
    if str(health.state) == "broken":
        title = sentence("The edge of {account} was called broken", account=Label(account.label))
    else:
        title = sentence("The monitor of {account} raised its alarm", account=Label(account.label))
    yield _said(account, "edge", title, "The last decisions fell below what the record before them promised.")


def _statement(account: AccountState) -> Iterator[Moment]:
    """An upload that failed, asks, or does not tie."""
    waiting = account.waiting
    if waiting is None:
        return
    name = Label(waiting.filename or "the last paste")
    titles = {
        "failed": sentence("{file} could not be read", file=name),
        "question": sentence("{file} waited for an answer", file=name),
        "conflict": sentence("{file} did not add up to its own totals", file=name),
    }
    yield Moment(
        kind=waiting.kind,
        subject=waiting.id,
        session="",
        title=titles[waiting.kind],
        text=(sentence("Its trades may be missing from what the desk shows."), _as_of(account)),
        url_name="trading:append",
    )


def _rules(desk: TradingDesk, account: AccountState) -> Iterator[Moment]:
    if not account.superseded:
        return
    count = desk.own(account, "rules_superseded", account.superseded, n=account.n)
    yield Moment(
        kind="rules",
        subject=str(account.id),
        session=_session(account),
        title=sentence("Prop firm rules changed since {account} was played", account=Label(account.label)),
        text=(sentence("Programmes with newer rules: {count}.", count=count),),
        url_name="trading:shadow-boxing",
        cooldown=timedelta(days=7),
    )


def _said(account: AccountState, kind: str, title: Sentence, why: str) -> Moment:
    text = (sentence("{why}", why=Label(why)), _as_of(account))
    page = {"edge": "trading:edge-health"}.get(kind, "trading:bql")
    return Moment(kind, str(account.id), _session(account), title, text, page, cooldown=TEMPO)


def _as_of(account: AccountState) -> Sentence:
    if account.last_close is None:
        return sentence("There is no closed trade yet.")
    moment = Constant(f"{formats.day(account.last_close)}, {account.last_close:%H:%M} UTC")
    return sentence("Data up to {moment}.", moment=moment)


def _session(account: AccountState) -> str:
    return account.last_day.day.isoformat() if account.last_day else ""


def figures_of(moment: Moment) -> tuple[Figure, ...]:
    """The evidence a moment prints."""
    return tuple(figure for part in (moment.title, *moment.text) for figure in part.figures)
