"""`manage.py reconcile_billing`: compare our sales with Stripe now."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts.errors import Problem
from billing.reconciliation.services import reconcile
from billing.stripe.client import BillingApi


class Command(BaseCommand):
    help = "Compare grants with what Stripe says and mend what differs. A second run repairs 0."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            report = reconcile(BillingApi(), now=timezone.now())
        except Problem as problem:
            raise CommandError(problem.message) from None
        self.stdout.write(f"ok {report.ok}, repaired {report.repaired}, needs a person {report.needs_person}")
