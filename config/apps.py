from django.apps import AppConfig


class ConfigConfig(AppConfig):
    """Makes the broker known to every process: whoever enqueues must reach it."""

    name = "config"

    def ready(self) -> None:
        from config import celery, logs  # noqa: F401
