"""The whole sandbox: its companies, its clock, who connected what, and what went out."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from ingestion.sandbox.draws import make_id
from ingestion.sandbox.moments import epoch, moment_of
from ingestion.sandbox.stripe.billing.life import run_until
from ingestion.sandbox.stripe.billing.till import Till, TillEvent
from ingestion.sandbox.stripe.events import Event
from ingestion.sandbox.stripe.faults import Faults
from ingestion.sandbox.stripe.scenarios import happen
from ingestion.sandbox.stripe.shop import Shop, open_shop
from ingestion.sandbox.stripe.webhooks import Delivery, Endpoint, Weather, deliver, scatter
from ingestion.sandbox.stripe.wire import ApiError
from ingestion.sandbox.timeline import JSON
from ingestion.sandbox.variants import PROFILES, VARIANTS

SECRET_KEY: Final = "sk_test_sandbox"  # noqa: S105 - opens a sandbox on loopback
CLIENT_ID: Final = "ca_sandbox"
CODE_LASTS: Final = 300


@dataclass(frozen=True, slots=True)
class Principal:
    """Whose eyes a request sees with. account: "" is the platform itself."""

    account: str
    is_platform: bool
    read_only: bool = False


@dataclass(slots=True)
class Code:
    """An authorisation code; good once, for five minutes."""

    account: str
    scope: str
    issued_at: float
    used: bool = False


@dataclass(slots=True)
class Memory:
    """What outlives a restart: connections, tokens, keys that were revoked, what happened out of turn.

    left:  accounts whose connection was ended; they are not connected again by merely starting the server.
    till:  what the platform itself sold; see `billing`.
    """

    connected: dict[str, str] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)
    revoked: set[str] = field(default_factory=set)
    happened: list[JSON] = field(default_factory=list)
    left: set[str] = field(default_factory=set)
    moved_to: int = 0
    till: JSON = field(default_factory=dict)


class World:
    """Everything behind the server. Methods are called under `lock`.

    as_of:  the moment every company's story is told from.
    clock:  seconds of real time; signs webhooks, ages codes, and is the sandbox's own time when `live`.
    live:   time passes by itself. Otherwise it stands still at `as_of` and is moved by hand.
    """

    def __init__(
        self,
        *,
        as_of: datetime,
        clock: Callable[[], float],
        seed: int = 1,
        size: str = "demo",
        livemode: bool = False,
        live: bool = False,
        endpoint: Endpoint | None = None,
        billing_endpoint: Endpoint | None = None,
        memory: Memory | None = None,
        on_change: Callable[[Memory], None] = lambda memory: None,
        redirect_uris: Sequence[str] = (),
    ) -> None:
        self.as_of, self.clock, self.seed, self.size = as_of, clock, seed, size
        self.livemode, self.live, self.endpoint = livemode, live, endpoint
        self.redirect_uris = tuple(redirect_uris)
        self.billing_endpoint, self.base = billing_endpoint, ""
        self.memory, self.on_change = memory or Memory(), on_change
        self.faults, self.codes = Faults(), dict[str, Code]()
        self.requests: list[JSON] = []
        self.lock = threading.RLock()
        self.at = max(epoch(as_of), self.memory.moved_to)
        self.accounts = {account_id(seed, variant, size): variant for variant in VARIANTS}
        self.platform = make_id("acct_1", f"{seed}/platform")
        self._shops: dict[str, Shop] = {}
        self._counter = 0
        self._told: list[Event] = []
        if live:
            self.at = max(self.at, int(clock()))
        self.till = Till.opened(self.memory.till, livemode=livemode, at=self.at)

    # --- companies and time ---

    def shop(self, account: str) -> Shop:
        """The shop of `account`, opened on first sight and brought up to now."""
        if account not in self._shops:
            variant = self.accounts[account]
            opened = open_shop(
                variant, as_of=self.as_of, size=self.size, seed=self.seed, livemode=self.livemode, at=epoch(self.as_of)
            )
            for past in self.memory.happened:
                if past["account"] == account:
                    opened.move_to(past["at"])
                    happen(opened, past["given"])
            self._shops[account] = opened
        shop = self._shops[account]
        if shop.at < self.at:
            shop.move_to(self.at)
        return shop

    def account_of(self, name: str) -> str:
        """An account id from itself or from a variant's key; ValueError if there is none."""
        if name in self.accounts:
            return name
        for account, variant in self.accounts.items():
            if variant == name:
                return account
        raise ValueError(f"no account {name!r} here")

    def move_to(self, moment: int) -> list[Event]:
        """Let time pass for every connected company; returns its events in order of time."""
        if moment < self.at:
            raise ValueError("time does not run backwards")
        shops = [self.shop(account) for account in self.memory.connected]
        self.at = self.memory.moved_to = moment
        told = [event for shop in shops for event in shop.move_to(moment)]
        if told or not self.live:
            self.on_change(self.memory)
        return sorted(told, key=lambda event: event.change.at)

    def catch_up(self) -> None:
        """In a live sandbox, let everything happen that is due by now; its events wait for `take_told`."""
        moment = int(self.clock())
        if self.live and moment > self.at:
            self._told += self.move_to(moment)

    def tell_later(self, events: Iterable[Event]) -> None:
        """Keep events for the next round of a live sandbox, or for `/_sandbox/deliver`."""
        for event in events:
            event.delivered = False
            self._told.append(event)

    def take_told(self) -> list[Event]:
        told, self._told = self._told, []
        return told

    def happen(self, account: str, given: JSON) -> list[Event]:
        """Play a scenario in one company, now, and remember it."""
        told = happen(self.shop(account), given)
        self.memory.happened.append({"account": account, "at": self.at, "given": given})
        self.on_change(self.memory)
        return told

    # --- who may see what ---

    def principal(self, key: str) -> Principal:
        """Who a secret belongs to; 401 in Stripe's words otherwise."""
        if not key:
            raise ApiError(
                "You did not provide an API key. You need to provide your API key in the Authorization header, "
                "using Bearer auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY').",
                status=401,
            )
        if key in self.memory.revoked:
            raise ApiError(f"Expired API Key provided: {masked(key)}", status=401, code="api_key_expired")
        if key == SECRET_KEY:
            return Principal("", is_platform=True)
        if key in self.memory.tokens:
            account = self.memory.tokens[key]
            return Principal(account, is_platform=False, read_only=self.memory.connected[account] == "read_only")
        for account in self.accounts:
            if key in (own_key(account), restricted_key(account)):
                return Principal(account, is_platform=False, read_only=key.startswith("rk_"))
        raise ApiError(f"Invalid API Key provided: {masked(key)}", status=401)

    def subject(self, key: str, wanted: str) -> str:
        """The account a request is about: the header's if the key may see it; "" is the platform."""
        principal = self.principal(key)
        if not wanted or wanted == principal.account or (principal.is_platform and wanted == self.platform):
            return principal.account
        if principal.is_platform and wanted in self.memory.connected:
            return wanted
        raise ApiError(
            f"The provided key '{masked(key)}' does not have access to account '{wanted}' (or that account does not "
            "exist). Application access may have been revoked.",
            status=403,
            code="account_invalid",
        )

    # --- connections ---

    def connect(self, account: str, scope: str = "read_only") -> None:
        self.memory.connected[account] = scope
        self.memory.left.discard(account)
        self.on_change(self.memory)

    def disconnect(self, account: str) -> list[Event]:
        """End the connection; its tokens die, and the application is told."""
        shop = self.shop(account)
        del self.memory.connected[account]
        self.memory.left.add(account)
        for token in [token for token, owner in self.memory.tokens.items() if owner == account]:
            del self.memory.tokens[token]
            self.memory.revoked.add(token)
        self.on_change(self.memory)
        application = {"id": CLIENT_ID, "object": "application", "name": "Bellwether"}
        return [shop.announce("account.application.deauthorized", application)]

    def issue_code(self, account: str, scope: str) -> str:
        code = self.fresh_id("ac")
        self.codes[code] = Code(account, scope, self.clock())
        return code

    def fresh_id(self, prefix: str) -> str:
        self._counter += 1
        return make_id(prefix, f"{self.seed}/{self.clock()}/{self._counter}")

    # --- the platform's own till ---

    def catch_up_till(self) -> None:
        """Let everything at the till happen that is due by now."""
        run_until(self.till, self.at + self.till.ahead, base=self.base)

    def keep_till(self) -> None:
        self.memory.till = self.till.kept()
        self.on_change(self.memory)

    def send_till(self, events: Sequence[TillEvent], weather: Weather | None = None) -> list[Delivery]:
        """Deliver our own events to our own endpoint, in the given weather. Called outside the lock."""
        endpoint = self.billing_endpoint
        if endpoint is None:
            return []
        arriving, lost = scatter(events, weather or Weather())
        for event in lost:
            event.delivered = False
        return [deliver(endpoint, event, timestamp=int(self.clock())) for event in arriving]

    # --- webhooks ---

    def send(self, events: Iterable[Event], weather: Weather | None = None) -> list[Delivery]:
        """Deliver to the endpoint what it subscribed to, in the given weather; lost ones are marked undelivered."""
        endpoint = self.endpoint
        if endpoint is None:
            return []
        arriving, lost = scatter([event for event in events if endpoint.wants(event)], weather or Weather())
        for event in lost:
            event.delivered = False
        return [deliver(endpoint, event, timestamp=int(self.clock())) for event in arriving]

    def undelivered(self) -> list[Event]:
        logs = [shop.log for shop in self._shops.values()]
        waiting = [event for log in logs for event in log.events if not event.delivered]
        return sorted(waiting, key=lambda event: event.change.at)

    def named(self, names: Iterable[str]) -> list[Event]:
        """Events by id, in the given order; unknown ids are left out."""
        known = {name: event for shop in self._shops.values() for name, event in shop.log.by_id.items()}
        return [known[name] for name in names if name in known]

    # --- looking ---

    def described(self) -> JSON:
        return {
            "now": moment_of(self.at).isoformat(),
            "as_of": self.as_of.isoformat(),
            "live": self.live,
            "size": self.size,
            "client_id": CLIENT_ID,
            "platform": self.platform,
            "companies": [self._company(account, variant) for account, variant in self.accounts.items()],
            "webhook": {"url": self.endpoint.url, "enabled_events": self.endpoint.enabled} if self.endpoint else None,
            "faults": self.faults.listed(),
        }

    def _company(self, account: str, variant: str) -> dict[str, Any]:
        return {
            "account": account,
            "variant": variant,
            "name": PROFILES[variant].name,
            "connected": self.memory.connected.get(account),
            "secret_key": own_key(account),
            "restricted_key": restricted_key(account),
        }


def account_id(seed: int, variant: str, size: str) -> str:
    """The account of a variant; the same as `build_company` gives it."""
    return make_id("acct_1", f"{seed}/{variant}/{size}")


def own_key(account: str) -> str:
    return f"sk_test_{account.removeprefix('acct_')}"


def restricted_key(account: str) -> str:
    """A pasted read-only key of the account's owner."""
    return f"rk_test_{account.removeprefix('acct_')}"


def masked(key: str) -> str:
    return f"{key[:8]}{'*' * max(len(key) - 12, 4)}{key[-4:]}"
