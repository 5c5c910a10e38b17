"""The trader's own rules."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from accounts.tenancy import BusinessOwned


class TradingRule(BusinessOwned):
    """One rule a trader set for themselves; it holds for every account. `params` are its values as text, by name."""

    class Kind(models.TextChoices):
        MAX_TRADES = "max_trades_a_day", "Most trades a day"
        MAX_LOSS = "max_loss_a_day", "Most loss a day"
        AFTER_LOSSES = "stop_after_losses", "Stop after losses in a row"
        HOURS = "hours", "Only between hours"
        INSTRUMENTS = "instruments", "Only these instruments"
        MAX_RISK = "max_risk", "Most risk a trade"
        STOP = "stop_required", "Always with a stop"
        COOLDOWN = "cooldown", "Pause after a loss"

    kind = models.CharField(max_length=20, choices=Kind)
    params = models.JSONField(default=dict, blank=True)
    active = models.BooleanField(default=True)
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [models.Index(fields=["business", "kind"], name="trading_rule_kind")]

    def __str__(self) -> str:
        return self.get_kind_display()
