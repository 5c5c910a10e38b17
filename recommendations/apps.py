from django.apps import AppConfig


class RecommendationsConfig(AppConfig):
    name = "recommendations"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from accounts.navigation import BUSINESS, register_nav, register_slot
        from recommendations.board import evidence as _evidence  # noqa: F401 - registers the figures of advice
        from recommendations.digests import tasks as _digests  # noqa: F401 - registers jobs
        from recommendations.events import register_listener
        from recommendations.generation import tasks as _generation  # noqa: F401
        from recommendations.notifications import tasks as _notifications  # noqa: F401
        from recommendations.outbound import tasks as _outbound  # noqa: F401
        from recommendations.outbound.services import tell_advice
        from recommendations.outcomes import evidence as _outcome_evidence  # noqa: F401
        from recommendations.outcomes import tasks as _outcomes  # noqa: F401
        from recommendations.payments import rows as _rows  # noqa: F401 - registers row queries
        from recommendations.trading import tasks as _trading  # noqa: F401

        register_nav(
            BUSINESS, "Recommendations", "recommendations:list", icon="recommendations", order=2,
            also=("recommendations:detail",),
        )  # fmt: skip
        register_nav(
            BUSINESS, "Outbound", "recommendations:outbound", icon="send", order=58, permission="write:business",
            also=("recommendations:outbound-endpoint",),
        )  # fmt: skip
        register_nav(
            BUSINESS, "Notifications", "recommendations:preferences", icon="bell", order=56,
            also=("recommendations:alerts",),
        )  # fmt: skip
        register_listener("outbound", tell_advice)
        register_slot("payments.recommendations", "recommendations:slot")
        register_slot("trading.recommendations", "recommendations:slot-trading")
        register_slot("notifications", "recommendations:alerts")
        register_slot("notifications_count", "recommendations:alerts-count")
