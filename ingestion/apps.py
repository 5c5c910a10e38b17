from django.apps import AppConfig


class IngestionConfig(AppConfig):
    name = "ingestion"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # Importing registers: jobs under their names, the inbox handler, the link in the shell.
        from accounts.navigation import BUSINESS, register_nav
        from ingestion.pipeline import tasks as _pipeline_tasks  # noqa: F401
        from ingestion.providers.stripe import backfill, incremental, reconcile, sweep, webhooks  # noqa: F401
        from ingestion.sources import tasks, uploads  # noqa: F401

        register_nav(
            BUSINESS,
            "Sources",
            "sources:list",
            icon="source",
            order=10,
            permission="read:sources",
            also=("sources:page", "sources:connect", "sources:upload", "sources:upload_report"),
        )
