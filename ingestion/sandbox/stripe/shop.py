"""One account of the sandbox as it is now, moving forward in time."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from ingestion.sandbox.company import Company, build_company
from ingestion.sandbox.journal import Journal
from ingestion.sandbox.moments import epoch, moment_of
from ingestion.sandbox.payments import account as accounts
from ingestion.sandbox.payments.books import Books
from ingestion.sandbox.stripe.events import Event, EventLog
from ingestion.sandbox.stripe.store import Store
from ingestion.sandbox.timeline import JSON, Change, Timeline
from ingestion.sandbox.truth import Truth

#: How far ahead of the present the company is simulated at a time.
HORIZON: Final = timedelta(days=40)


@dataclass(slots=True)
class Shop:
    """A company, its objects up to `at`, and what has not happened yet.

    overrides:  account fields changed by a scenario.
    """

    company: Company
    store: Store
    log: EventLog
    at: int
    coming: list[Change]
    overrides: JSON = field(default_factory=dict)
    happened: int = 0

    @property
    def account(self) -> str:
        return self.company.account

    def move_to(self, moment: int) -> list[Event]:
        """Let everything planned up to `moment` happen; returns its events, oldest first."""
        if moment > epoch(self.company.until):
            self._plan_further(moment)
        due = [change for change in self.coming if change.at <= moment]
        self.coming = self.coming[len(due) :]
        self.at = max(self.at, moment)
        return self.apply(due)

    def apply(self, changes: list[Change]) -> list[Event]:
        self.store.payouts |= self.company.books.payout_rows
        told = []
        for change in changes:
            self.store.put(change.obj)
            if change.type:
                told.append(self.log.tell(change))
        return told

    def stage(self) -> Books:
        """Empty books dated now, for something that happens out of turn."""
        self.happened += 1
        books = self.company.books
        return Books(
            account=books.account,
            name=books.name,
            descriptor=books.descriptor,
            zone=books.zone,
            opened=books.opened,
            livemode=books.livemode,
            draws=books.draws,
            timeline=Timeline(self.at),
            journal=Journal(self.at),
        )

    def play(self, staged: Books, *, story: str = "") -> list[Event]:
        """Let what was written into staged books happen; what was planned for the same story is off."""
        self.coming = [change for change in self.coming if change.story != story]
        self.store.payouts |= staged.payout_rows
        return self.apply(staged.timeline.in_order())

    def has_plans(self, story: str) -> bool:
        """Whether money will still move in `story`; such a story cannot be interrupted without breaking the books."""
        return any(change.is_ledger for change in self.coming if change.story == story)

    def announce(self, type: str, obj: JSON, **previous: Any) -> Event:
        """An event about something that is no stored object, such as the account itself."""
        return self.log.tell(Change(self.at, 0, type, obj, self.account, previous))

    def account_object(self) -> JSON:
        made = self.company.account_object(moment_of(self.at))
        for name, value in self.overrides.items():
            made[name] = {**made[name], **value} if isinstance(value, dict) else value
        return made

    def balance(self) -> JSON:
        rows = self.store.table("balance_transaction").latest.values()
        return accounts.balance(rows, self.at, livemode=self.company.books.livemode)

    def truth(self) -> Truth:
        """The known answers as of today; what scenarios added is not in them."""
        return self.company.truth(moment_of(self.at).astimezone(self.company.books.zone).date())

    def _plan_further(self, moment: int) -> None:
        company, known_until = self.company, epoch(self.company.until)
        self.company = build_company(
            company.profile.key,
            as_of=company.as_of,
            size=company.size,
            seed=company.seed,
            until=moment_of(moment) + HORIZON,
            livemode=company.books.livemode,
        )
        self.coming += [change for change in self.company.changes if change.at > known_until]


def open_shop(variant: str, *, as_of: datetime, size: str, seed: int, livemode: bool, at: int) -> Shop:
    """The shop of `variant` as it stands at `at`."""
    company = build_company(
        variant, as_of=as_of, size=size, seed=seed, until=moment_of(max(at, epoch(as_of))) + HORIZON, livemode=livemode
    )
    shop = Shop(company, Store(), EventLog(company.account, livemode), at, list(company.changes))
    shop.move_to(at)
    return shop
