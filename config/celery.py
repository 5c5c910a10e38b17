"""The Celery application: queues, transport, and what beat does when."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from celery import Celery
from django.conf import settings

app = Celery("bellwether")


def _filesystem_options(folder: Path) -> dict[str, Any]:
    """A broker without a server: one file a message. The default polling of one second would make jobs crawl."""
    for name in ("messages", "control"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    return {
        "data_folder_in": str(folder / "messages"),
        "data_folder_out": str(folder / "messages"),
        "control_folder": str(folder / "control"),
        "store_processed": False,
        "polling_interval": 0.1,
    }


def configure() -> None:
    """Read the settings once Django has them."""
    is_filesystem = settings.CELERY_BROKER_URL.startswith("filesystem")
    app.conf.update(
        broker_url=settings.CELERY_BROKER_URL,
        broker_transport_options=_filesystem_options(settings.CELERY_QUEUE_DIR) if is_filesystem else {},
        broker_connection_retry_on_startup=True,
        broker_connection_timeout=3,
        task_ignore_result=True,
        task_default_queue="ingest",
        task_acks_late=False,
        worker_prefetch_multiplier=1,
        worker_hijack_root_logger=False,
        enable_utc=True,
        timezone="UTC",
        beat_scheduler="django_celery_beat.schedulers:DatabaseScheduler",
    )


configure()
app.set_default()
app.autodiscover_tasks(["accounts"])


@app.on_after_finalize.connect
def _schedule(sender: Celery, **_: Any) -> None:
    """Beat's timetable; Celery's own hook, called when every task and job is registered."""
    from config.beat import timetable

    sender.conf.beat_schedule = timetable()
