"""Stripe payloads of any API version → rows. Pure: no clock, no database, no network."""

from ingestion.providers.stripe.mapping.objects import STREAM_OF_OBJECT, map_object

__all__ = ["STREAM_OF_OBJECT", "map_object"]
