"""The API of this app, as the frame mounts it."""

from ingestion.sources.api import router as sources
from ingestion.trading.statements.api import router as statements

ROUTERS = [("", sources), ("", statements)]
