"""Analytics: facts to figures, one folder a desk."""

from importlib import import_module

from django.apps import AppConfig

JOBS = (
    "analytics.payments.rollups.tasks",
    "analytics.payments.metrics.tasks",
    "analytics.payments.readiness.tasks",
    "analytics.trading.tasks",
)
LOOKED_UP = (
    "analytics.payments.metrics.keys",
    "analytics.payments.metrics.series",
    "analytics.payments.rows",
    "analytics.payments.evidence",
    "analytics.trading.rows",
    "analytics.trading.series",
    "analytics.trading.evidence",
    "analytics.trading.cohort.report",
    "analytics.trading.shadow_boxing.report",
)


class AnalyticsConfig(AppConfig):
    name = "analytics"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register what others look up by name: jobs, metric keys, row queries, links of the shell."""
        from accounts.navigation import register_nav
        from analytics.trading import menu as trading

        for module in (*JOBS, *LOOKED_UP):
            import_module(module)
        register_nav("payments", "Readiness", "payments:readiness", icon="readiness", order=10)
        register_nav("payments", "Metrics", "payments:metrics", icon="metrics", order=20)
        register_nav("payments", "Disputes", "payments:disputes", icon="disputes", order=40)
        register_nav("payments", "Payouts", "payments:payouts", icon="payouts", order=50)
        trading.register()
