"""What models cost: their prices, each request's tokens, and a business's budget of the month."""

from __future__ import annotations

from decimal import Decimal

from django.conf import settings
from django.db import models
from django.utils import timezone

from accounts.tenancy import BusinessOwned
from agent.models.runs import AgentRun


class ModelPrice(models.Model):
    """What a provider asks for one model from a day on, in US dollars a million tokens. Shared by all businesses.

    `tiers`: [{"above": input tokens, "input", "output", "cache_read", "cache_write": decimal texts}], the first above
    0; the highest tier that a request's input exceeds prices the whole request. Rows are never edited: a new price is
    a new row, and past requests keep theirs.
    """

    provider = models.CharField(max_length=20)
    model = models.CharField(
        max_length=80, help_text="The name as it is set; * stands for any ending, ? for one character."
    )
    starts = models.DateField()
    tiers = models.JSONField()
    source = models.CharField(max_length=200, help_text="Where the figures were read, and when.")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["provider", "model", "starts"], name="model_price_once")]

    def __str__(self) -> str:
        return f"{self.provider}: {self.model} from {self.starts}"


class TokenUsage(BusinessOwned):
    """One request to a provider, as it will be billed: retries and repairs each have their own row.

    It outlives its run: whoever deletes a conversation does not delete what it cost.
    `estimated`: the provider named no tokens (a cut stream), so the reserve was taken for spent.
    """

    run = models.ForeignKey(AgentRun, on_delete=models.SET_NULL, null=True, related_name="usage")
    request_no = models.PositiveSmallIntegerField()
    provider = models.CharField(max_length=20)
    model = models.CharField(max_length=80)
    input_tokens = models.PositiveIntegerField(default=0, help_text="All of the input, cached parts included.")
    cache_read_tokens = models.PositiveIntegerField(default=0)
    cache_write_tokens = models.PositiveIntegerField(default=0)
    output_tokens = models.PositiveIntegerField(default=0)
    cost_usd = models.DecimalField(max_digits=14, decimal_places=6)
    price = models.ForeignKey(ModelPrice, on_delete=models.PROTECT, related_name="+")
    estimated = models.BooleanField(default=False)
    finish_reason = models.CharField(max_length=20, blank=True)
    milliseconds = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "request_no"], name="token_usage_once")]
        indexes = [models.Index(fields=["business", "created_at"], name="token_usage_by_time")]

    def __str__(self) -> str:
        return f"{self.model}: {self.cost_usd} USD"


class AgentBudget(BusinessOwned):
    """What a business may spend on models in a month (UTC), what is spent, and what running questions hold back.

    A month without a cap of its own has the installation's. A new month begins with the cap of the month before.
    """

    month = models.DateField(help_text="Its first day.")
    cap_usd = models.DecimalField(
        max_digits=14, decimal_places=6, null=True, blank=True, help_text="Empty: the cap of the settings."
    )
    reserved_usd = models.DecimalField(max_digits=14, decimal_places=6, default=Decimal(0))
    spent_usd = models.DecimalField(max_digits=14, decimal_places=6, default=Decimal(0))

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["business", "month"], name="agent_budget_once"),
            models.CheckConstraint(
                condition=models.Q(cap_usd__gte=0, reserved_usd__gte=0, spent_usd__gte=0),
                name="agent_budget_not_negative",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m}: {self.spent_usd} USD"

    @property
    def cap(self) -> Decimal:
        return Decimal(settings.LLM_MONTHLY_CAP_USD) if self.cap_usd is None else self.cap_usd

    @property
    def left(self) -> Decimal:
        """What a new question may still hold back; never negative."""
        return max(Decimal(0), self.cap - self.spent_usd - self.reserved_usd)


class SpendingHold(BusinessOwned):
    """What one running question holds back of its month's budget. It goes when the run ends, however it ends."""

    run = models.OneToOneField(AgentRun, on_delete=models.CASCADE, related_name="hold")
    budget = models.ForeignKey(AgentBudget, on_delete=models.CASCADE, related_name="holds")
    usd = models.DecimalField(max_digits=14, decimal_places=6)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(usd__gte=0), name="spending_hold_not_negative")]

    def __str__(self) -> str:
        return f"{self.usd} USD"
