from django.apps import AppConfig


class IngestionConfig(AppConfig):
    name = "ingestion"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # Importing registers: jobs under their names, the inbox handler, the link in the shell.
        from accounts.navigation import BUSINESS, register_nav
        from billing.usage import register_usage
        from ingestion.pipeline import tasks as _pipeline_tasks  # noqa: F401
        from ingestion.providers.stripe import backfill, incremental, reconcile, sweep, webhooks  # noqa: F401
        from ingestion.sources import tasks, uploads  # noqa: F401
        from ingestion.sources.limits import used_sources
        from ingestion.trading.statements import reading_job  # noqa: F401

        register_usage("sources", used_sources)
        register_nav(
            "trading", "Append trades", "trading:append", icon="plus", order=190, permission="write:sources",
            also=("trading:append_preview",),
        )  # fmt: skip
        register_nav(
            "trading",
            "Statements",
            "trading:statements",
            icon="history",
            order=200,
            permission="read:sources",
            also=("trading:statement", "trading:mapping", "trading:account"),
        )
        register_nav(
            BUSINESS,
            "Sources",
            "sources:list",
            icon="source",
            order=10,
            permission="read:sources",
            also=("sources:page", "sources:connect", "sources:upload", "sources:upload_report"),
        )
