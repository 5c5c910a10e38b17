"""The staff console: one internal place to look at everything and to do a few deeds, each with a reason.

Other apps derive from `accounts.admin.base.ConsoleAdmin` and write deeds with `accounts.admin.actions.reasoned_action`.
"""

from accounts.admin import customers, records, work

__all__ = ["customers", "records", "work"]
