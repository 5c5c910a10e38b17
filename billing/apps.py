from django.apps import AppConfig


class BillingConfig(AppConfig):
    name = "billing"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from accounts.members import member_count
        from accounts.navigation import register_nav
        from billing import gates
        from billing.autopsy import tasks as autopsy  # noqa: F401 - registers its jobs
        from billing.autopsy import webhook as pdf_calls  # noqa: F401 - registers itself with the inbox
        from billing.dunning import tasks as dunning  # noqa: F401 - registers its jobs
        from billing.loyalty import tasks as loyalty  # noqa: F401 - registers its jobs
        from billing.odoo import tasks as odoo  # noqa: F401 - registers its jobs
        from billing.odoo import webhook as odoo_calls  # noqa: F401 - registers itself with the inbox
        from billing.reconciliation import tasks as reconciliation  # noqa: F401 - registers its jobs
        from billing.usage import register_usage
        from billing.webhooks import handler  # noqa: F401 - registers itself with the inbox

        gates.register()
        register_usage("members", lambda business, now: member_count(business))
        register_nav(
            "business", "Plan", "billing:plan", "billing", 55, permission="write:business",
            also=("billing:change", "billing:return"),
        )  # fmt: skip
