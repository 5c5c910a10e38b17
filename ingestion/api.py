"""The API of this app, as the frame mounts it."""

from ingestion.sources.api import router as sources

ROUTERS = [("", sources)]
