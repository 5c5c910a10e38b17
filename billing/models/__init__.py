"""What a business may buy, what it bought, and what Stripe and Odoo say about it."""

from billing.models.activations import Activation
from billing.models.attention import Attention
from billing.models.autopsy import WorkFile, WorkItem, WorkStep
from billing.models.grants import Grant
from billing.models.loyalty import PaidMonth, Perk, Unlock
from billing.models.orders import OdooCursor, OdooOrder, ParkedOrder, SkuRule
from billing.models.plans import Plan, PlanFeature, PlanPrice
from billing.models.proxies import BillingEvent, Revenue
from billing.models.stripe import BillingCustomer, Checkout, DunningMail, Invoice, Subscription

__all__ = [
    "Activation",
    "Attention",
    "BillingCustomer",
    "BillingEvent",
    "Checkout",
    "DunningMail",
    "Grant",
    "Invoice",
    "OdooCursor",
    "OdooOrder",
    "PaidMonth",
    "ParkedOrder",
    "Perk",
    "Plan",
    "PlanFeature",
    "PlanPrice",
    "Revenue",
    "SkuRule",
    "Subscription",
    "Unlock",
    "WorkFile",
    "WorkItem",
    "WorkStep",
]
