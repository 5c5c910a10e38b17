"""Stripe's objects as last read from Stripe: enough for pages, grants and revenue; never card data."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone

from accounts.tenancy import BusinessOwned
from billing.models.plans import Plan, PlanPrice


class BillingCustomer(BusinessOwned):
    """A business as a customer of ours at Stripe; one, made at its first checkout and used ever after."""

    stripe_id = models.CharField(max_length=80, unique=True)
    livemode = models.BooleanField()
    country = models.CharField(max_length=2, blank=True, help_text="Where it is taxed.")
    created_at = models.DateTimeField(default=timezone.now)
    deleted_at = models.DateTimeField(
        null=True, blank=True, help_text="Deleted at Stripe; the next checkout makes one."
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["business"], condition=models.Q(deleted_at=None), name="customer_once")
        ]

    def __str__(self) -> str:
        return self.stripe_id


class Subscription(BusinessOwned):
    """A subscription as Stripe last described it. Its grant follows from it and from nothing else."""

    class Status(models.TextChoices):
        INCOMPLETE = "incomplete", "Waiting for the first payment"
        INCOMPLETE_EXPIRED = "incomplete_expired", "Never paid"
        TRIALING = "trialing", "Trial"
        ACTIVE = "active", "Active"
        PAST_DUE = "past_due", "Payment failed"
        UNPAID = "unpaid", "Unpaid"
        PAUSED = "paused", "Paused"
        CANCELED = "canceled", "Ended"

    LIVE = (Status.TRIALING, Status.ACTIVE, Status.PAST_DUE, Status.UNPAID, Status.PAUSED)
    #: A second one must not be started beside these.
    OCCUPYING = (*LIVE, Status.INCOMPLETE)

    stripe_id = models.CharField(max_length=80, unique=True)
    customer = models.CharField(max_length=80)
    livemode = models.BooleanField()
    status = models.CharField(max_length=20, choices=Status)
    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, null=True, related_name="subscriptions")
    price = models.ForeignKey(PlanPrice, on_delete=models.PROTECT, null=True, related_name="+")
    currency = models.CharField(max_length=3)
    amount = models.BigIntegerField(help_text="Minor units a period before discounts, excluding tax.")
    discounted = models.BigIntegerField(help_text="Minor units a period after running discounts, excluding tax.")
    interval = models.CharField(max_length=5, choices=Plan.Interval, default=Plan.Interval.MONTH)
    started_at = models.DateTimeField()
    trial_end = models.DateTimeField(null=True, blank=True)
    period_end = models.DateTimeField(null=True, blank=True)
    cancel_at = models.DateTimeField(null=True, blank=True, help_text="Ends then, by request.")
    ended_at = models.DateTimeField(null=True, blank=True)
    past_due_since = models.DateTimeField(null=True, blank=True)
    parked = models.CharField(max_length=300, blank=True, help_text="Why nothing was granted; a person decides.")
    trial_notice_at = models.DateTimeField(null=True, blank=True)
    synced_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["business", "status"], name="subscription_of_business")]

    def __str__(self) -> str:
        return self.stripe_id

    @property
    def is_live(self) -> bool:
        return self.status in self.LIVE


class Invoice(BusinessOwned):
    """An invoice of ours: what was asked, what was paid, and where its PDF is."""

    stripe_id = models.CharField(max_length=80, unique=True)
    subscription = models.CharField(max_length=80, blank=True)
    number = models.CharField(max_length=60, blank=True)
    status = models.CharField(max_length=15)
    currency = models.CharField(max_length=3)
    total = models.BigIntegerField(help_text="Minor units, including tax.")
    total_excluding_tax = models.BigIntegerField()
    amount_paid = models.BigIntegerField()
    amount_due = models.BigIntegerField()
    attempt_count = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField(null=True, blank=True)
    hosted_url = models.URLField(max_length=600, blank=True)
    pdf_url = models.URLField(max_length=600, blank=True)
    issued_at = models.DateTimeField()
    paid_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["business", "-issued_at"], name="invoice_of_business")]

    def __str__(self) -> str:
        return self.number or self.stripe_id


class Checkout(BusinessOwned):
    """One way to the till. While it is open, no second one is started for the business."""

    class State(models.TextChoices):
        OPEN = "open", "Open"
        PENDING = "pending", "Paid, money on its way"
        DONE = "done", "Done"
        FAILED = "failed", "Payment failed"
        EXPIRED = "expired", "Expired"

    stripe_id = models.CharField(max_length=120, blank=True, help_text="cs_…, once Stripe made it")
    price = models.ForeignKey(PlanPrice, on_delete=models.PROTECT, related_name="+")
    attempt = models.PositiveIntegerField()
    state = models.CharField(max_length=7, choices=State, default=State.OPEN)
    url = models.URLField(max_length=1000, blank=True)
    subscription = models.CharField(max_length=80, blank=True)
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["business", "attempt"], name="checkout_attempt_once"),
            models.UniqueConstraint(fields=["business"], condition=models.Q(state="open"), name="checkout_open_once"),
            models.UniqueConstraint(fields=["stripe_id"], condition=~models.Q(stripe_id=""), name="checkout_once"),
        ]

    def __str__(self) -> str:
        return self.stripe_id or f"checkout {self.attempt}"


class DunningMail(BusinessOwned):
    """One reminder about an unpaid invoice; each step of an invoice is sent once, or not at all when it was paid."""

    invoice = models.CharField(max_length=80)
    step = models.PositiveSmallIntegerField(help_text="Days after the first failure: 0, 3 or 7.")
    due_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)
    stopped_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["invoice", "step"], name="dunning_step_once")]
        indexes = [
            models.Index(fields=["due_at"], condition=models.Q(sent_at=None, stopped_at=None), name="dunning_open")
        ]

    def __str__(self) -> str:
        return f"day {self.step} of {self.invoice}"
