"""Addresses of the trading desk: a page and a file for each module's face, and what features and uploads add."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec

from analytics.trading import features
from analytics.trading.faces import FACES, addresses

app_name = "trading"

#: Uploads and their history belong to ingestion, their addresses to the desk.
STATEMENTS = "ingestion.trading.urls"

features.load()
urlpatterns = [pattern for one in FACES.values() for pattern in addresses(one)]
urlpatterns += [pattern for part in features.parts("urls") for pattern in part.urlpatterns]
if find_spec(STATEMENTS):
    urlpatterns += import_module(STATEMENTS).urlpatterns
