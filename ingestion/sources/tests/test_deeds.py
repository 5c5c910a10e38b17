"""What connects, reads, disconnects or sets aside refuses who may not."""

from __future__ import annotations

from typing import Any

from accounts.testing.deeds import FourRefusals
from accounts.testing.world import World
from ingestion.models import QuarantinedRow, Source
from ingestion.providers.stripe.tests.conftest import make_source


class ChangesSources(FourRefusals):
    permission = "write:sources"


class ChangesASource(ChangesSources):
    def deed_kwargs(self, world: World) -> dict[str, Any]:
        return {"source_id": active_source(world).pk}


class TestConsentDeed(ChangesSources):
    url = "sources:consent"


class TestKeyDeed(ChangesSources):
    url = "sources:key"
    form = {"key": "rk_test_of_somebody_else"}


class TestSyncDeed(ChangesASource):
    url = "sources:sync"


class TestDisconnectDeed(ChangesASource):
    url = "sources:disconnect"


class TestResolveDeed(ChangesSources):
    url = "sources:resolve"

    def deed_kwargs(self, world: World) -> dict[str, Any]:
        source = active_source(world)
        row = QuarantinedRow.objects.create(
            business=world.business, source=source, stream="charges", external_id="ch_1",
            reason_code="unknown_currency", reason="The currency 'zzz' is not known.", raw="{}", fingerprint="1",
        )  # fmt: skip
        return {"source_id": source.pk, "row_id": row.pk}


def active_source(world: World) -> Source:
    return make_source(world, account="acct_1deed", state=Source.State.ACTIVE)
