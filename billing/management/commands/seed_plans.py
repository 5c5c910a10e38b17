"""`manage.py seed_plans`: the first plans, and their prices at Stripe."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.errors import Problem
from billing.plans.catalogue import ensure_catalogue
from billing.plans.publish import publish
from billing.stripe.client import BillingApi


class Command(BaseCommand):
    help = "Write the plans that are missing; with --publish, also make every price known to Stripe. Safe to repeat."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--publish", action="store_true", help="Create products and prices at Stripe.")

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{ensure_catalogue()} plans written")
        if not options["publish"]:
            return
        try:
            self.stdout.write(f"{publish(BillingApi())} prices published")
        except Problem as problem:
            raise CommandError(problem.message) from None
