"""Facts of the trading desk, and the trades that are made of them.

Quantities, prices and money are `numeric(28,10)` in major units: instruments have no common minor unit. Money is in the
account's currency, a lower-case ISO code; costs are negative.
"""

from __future__ import annotations

from datetime import date, time
from typing import Any, ClassVar, Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone

from accounts.tenancy import BusinessOwned, BusinessQuerySet
from ingestion.models.facts import Fact, FactQuerySet
from ingestion.models.sources import Source


def _amount(**options: Any) -> models.DecimalField:
    return models.DecimalField(max_digits=28, decimal_places=10, **options)


def _zero() -> models.DecimalField:
    return _amount(default=0)


def _maybe() -> models.DecimalField:
    return _amount(null=True, blank=True)


def _reference() -> models.CharField:
    return models.CharField(max_length=255, blank=True, default="", db_collation="C")


def _word(length: int = 20) -> models.CharField:
    return models.CharField(max_length=length, blank=True, default="")


def _key(name: str) -> models.UniqueConstraint:
    return models.UniqueConstraint(fields=["business", "source", "external_id"], name=f"{name}_key")


def _result() -> models.expressions.CombinedExpression:
    """What a result adds up to; costs are negative."""
    return models.F("gross") + models.F("commission") + models.F("fees") + models.F("swap")


def _reading(column: str, name: str) -> models.Index:
    """For reads with a condition on `column`, and for no other: see `Fact`."""
    condition = models.Q((f"{column}__isnull", False))
    return models.Index(fields=["business", column, "source"], condition=condition, name=name)


class TradingAccount(BusinessOwned):
    """One account at a broker, and how its statements are read. It is one source.

    `number_hash` is a keyed hash: two files can be told to be of one account without keeping its number.
    """

    class Mode(models.TextChoices):
        NETTING = "netting", "Netting: one position an instrument"
        HEDGING = "hedging", "Hedging: each position by its own id"

    source = models.OneToOneField(Source, on_delete=models.CASCADE, related_name="trading_account")
    platform = models.CharField(max_length=20, blank=True, help_text="The format its statements come in, such as mt5.")
    broker = models.CharField(max_length=80, blank=True)
    number_hash = models.CharField(max_length=64, blank=True)
    number_last4 = models.CharField(max_length=4, blank=True)
    currency = models.CharField(max_length=3, blank=True)
    mode = models.CharField(max_length=7, choices=Mode, default=Mode.NETTING)
    asset_class = models.CharField(max_length=12, blank=True, help_text="fx, cfd, futures, options, stocks, crypto")
    zone = models.CharField(max_length=64, blank=True, help_text="Of times without one: IANA name or +02:00.")
    session_zone = models.CharField(max_length=64, default="UTC")
    session_roll = models.TimeField(default=time(0), help_text="When a new session begins, in the session's zone.")
    starting_balance = _maybe()
    daily_loss_limit = _maybe()
    shares_cohort = models.BooleanField(default=False, help_text="Takes part in the cohort benchmark.")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["business", "number_hash"], condition=~models.Q(number_hash=""), name="trading_account_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.broker or self.platform} …{self.number_last4}" if self.number_last4 else str(self.source)


class ExecutionQuerySet(FactQuerySet):
    """Fills of a business."""


class Execution(Fact):
    """One fill. `side` is 1 for buy and −1 for sell."""

    day_column: ClassVar[str] = "at"

    at = models.DateTimeField()
    at_text = models.CharField(max_length=60, blank=True, default="")
    session_date = models.DateField(null=True, blank=True)
    symbol = models.CharField(max_length=80)
    instrument = models.CharField(max_length=80)
    asset_class = _word(12)
    side = models.SmallIntegerField()
    quantity = _amount()
    price = _amount()
    multiplier = _amount(default=1)
    effect = _word(5)
    native_id = _reference()
    order_id = _reference()
    position_id = _reference()
    sequence = models.IntegerField(default=0, help_text="Order among equal times.")
    gross = _maybe()
    commission = _zero()
    fees = _zero()
    currency = models.CharField(max_length=3)
    supported = models.BooleanField(default=True)
    grade = _word(10)

    objects: ClassVar[Any] = ExecutionQuerySet.as_manager()

    class Meta:
        constraints = [_key("execution")]
        indexes = [_reading("at", "execution_at")]


class BrokerTrade(Fact):
    """A completed row as the broker prints it: a round trip, or a fragment of one. net = gross + costs, always."""

    day_column: ClassVar[str] = "closed_at"

    opened_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField()
    opened_text = models.CharField(max_length=60, blank=True, default="")
    closed_text = models.CharField(max_length=60, blank=True, default="")
    session_date = models.DateField(null=True, blank=True)
    symbol = models.CharField(max_length=80)
    instrument = models.CharField(max_length=80)
    asset_class = _word(12)
    direction = models.SmallIntegerField()
    quantity = _amount()
    entry_price = _maybe()
    exit_price = _maybe()
    multiplier = _maybe()
    gross = _amount()
    commission = _zero()
    fees = _zero()
    swap = _zero()
    net = _amount()
    currency = models.CharField(max_length=3)
    native_id = _reference()
    position_id = _reference()
    sequence = models.IntegerField(default=0)
    stop = _maybe()
    stop_quality = _word(10)
    target = _maybe()
    mae = _maybe()
    mfe = _maybe()
    exit_reason = _word(12)
    setup = _word(60)
    comment = models.CharField(max_length=255, blank=True, default="")
    flags = models.JSONField(default=list, blank=True)
    supported = models.BooleanField(default=True)
    grade = _word(10)

    objects: ClassVar[Any] = FactQuerySet.as_manager()

    class Meta:
        constraints = [
            _key("broker_trade"),
            models.CheckConstraint(
                condition=models.Q(
                    net=models.F("gross") + models.F("commission") + models.F("fees") + models.F("swap")
                ),
                name="broker_trade_net_adds_up",
            ),
        ]
        indexes = [_reading("closed_at", "broker_trade_closed")]


class CashFlow(Fact):
    """Money that moved without a trade. Financing and fees are part of the result; deposits and withdrawals are not."""

    day_column: ClassVar[str] = "at"

    class Kind(models.TextChoices):
        DEPOSIT = "deposit", "Deposit"
        WITHDRAWAL = "withdrawal", "Withdrawal"
        CREDIT = "credit", "Credit"
        FINANCING = "financing", "Financing"
        FEE = "fee", "Fee"
        PAYOUT = "payout", "Payout"
        TRANSFER = "transfer", "Transfer"
        ADJUSTMENT = "adjustment", "Adjustment"

    at = models.DateTimeField()
    at_text = models.CharField(max_length=60, blank=True, default="")
    session_date = models.DateField(null=True, blank=True)
    kind = models.CharField(max_length=10, choices=Kind)
    amount = _amount()
    currency = models.CharField(max_length=3)
    native_id = _reference()
    sequence = models.IntegerField(default=0)
    comment = models.CharField(max_length=255, blank=True, default="")
    grade = _word(10)

    objects: ClassVar[Any] = FactQuerySet.as_manager()

    class Meta:
        constraints = [_key("cash_flow")]
        indexes = [_reading("at", "cash_flow_at")]


class TradeQuerySet(BusinessQuerySet):
    def of_account(self, account: Source) -> Self:
        return self.filter(source=account)

    def counted(self) -> Self:
        """Closed trades in instruments that are understood: what every figure is made of."""
        return self.filter(closed_at__isnull=False, supported=True)

    def in_close_order(self) -> Self:
        return self.order_by("closed_at", "sequence", "key")

    def sessions(self, start: date, end: date) -> Self:
        """Sessions in [start, end)."""
        return self.filter(session_date__gte=start, session_date__lt=end)


class Trade(BusinessOwned):
    """One decision of the trader: from flat to flat in one instrument of one account, or one position when hedging.

    Made from executions or from the broker's completed rows by `ingestion.trading.matching`, which replaces the trades
    of an account as a whole; the same facts give the same trades. `key` is the external id of the fact that opened it,
    so a trade keeps its key while facts are added after it. Open positions have no `closed_at` and count nowhere.
    """

    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=255, db_collation="C")
    symbol = models.CharField(max_length=80)
    instrument = models.CharField(max_length=80)
    asset_class = _word(12)
    direction = models.SmallIntegerField()
    opened_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    session_date = models.DateField(null=True, blank=True, help_text="The session it was closed in.")
    sequence = models.IntegerField(default=0, help_text="Order among equal times of closing.")
    quantity = _amount(help_text="The largest size held.")
    entry_price = _maybe()
    exit_price = _maybe()
    gross = _zero()
    commission = _zero()
    fees = _zero()
    swap = _zero()
    net = _zero()
    currency = models.CharField(max_length=3)
    initial_risk = _maybe()
    stop = _maybe()
    stop_quality = _word(10)
    target = _maybe()
    mae = _maybe()
    mfe = _maybe()
    exit_reason = _word(12)
    setup = _word(60)
    tags = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    members = ArrayField(models.CharField(max_length=255), default=list, help_text="External ids of its facts.")
    exits = models.JSONField(default=list, help_text="Each exit as [moment, quantity, price, net], in order.")
    flags = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    supported = models.BooleanField(default=True)
    grade = _word(10)

    objects: ClassVar[Any] = TradeQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["business", "source", "key"], name="trade_once"),
            models.CheckConstraint(
                condition=models.Q(
                    net=models.F("gross") + models.F("commission") + models.F("fees") + models.F("swap")
                ),
                name="trade_net_adds_up",
            ),
        ]
        indexes = [models.Index(fields=["business", "source", "closed_at"], name="trade_of_account")]

    def __str__(self) -> str:
        return f"{self.instrument} {self.key}"


class HeaderMapping(BusinessOwned):
    """How a member said the columns of an unknown header are to be read; used again for the same header."""

    fingerprint = models.CharField(max_length=64)
    header = ArrayField(models.CharField(max_length=120))
    mapping = models.JSONField(help_text="Column of the file → field.")
    answers = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["business", "fingerprint"], name="header_mapping_once")]

    def __str__(self) -> str:
        return ", ".join(self.header[:5])
