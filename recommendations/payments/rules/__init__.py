"""The payments rules of payments.md § 14. Importing this package registers them."""

from recommendations.payments.rules import account, disputes, payments, revenue

__all__ = ["account", "disputes", "payments", "revenue"]
