"""The connection a thread keeps: committed at once, mended when it broke."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import DatabaseError, ProgrammingError, connection
from django.utils import timezone

from accounts import inbox
from accounts.models import InboxDelivery
from accounts.own_connection import OwnConnection

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def own() -> Iterator[OwnConnection]:
    kept = OwnConnection()
    yield kept
    kept.close()


def backend(own: OwnConnection) -> int:
    row = own.fetch_one("select pg_backend_pid()", ())
    assert row is not None
    return int(row[0])


class TestOwnConnection:
    def test_keeps_one_connection_beside_djangos(self, own: OwnConnection) -> None:
        with connection.cursor() as cursor:
            cursor.execute("select pg_backend_pid()")
            assert backend(own) == backend(own) != cursor.fetchone()[0]

    def test_opens_a_new_one_when_the_server_ended_it(self, own: OwnConnection) -> None:
        before = backend(own)
        with connection.cursor() as cursor:
            cursor.execute("select pg_terminate_backend(%s, 5000)", [before])
        assert backend(own) != before

    def test_does_without_prepared_statements_behind_a_pooler_that_loses_them(self, own: OwnConnection) -> None:
        before = [backend(own) for _ in range(5)]
        assert own._open is not None
        own._open.pgconn.exec_(b"deallocate all")
        assert backend(own) != before[0]
        assert [own.fetch_one("select count(*) from pg_prepared_statements", ()) for _ in range(5)] == [(0,)] * 5

    def test_speaks_of_errors_as_django_does(self, own: OwnConnection) -> None:
        with pytest.raises(ProgrammingError):
            own.fetch_one("select * from no_such_table", ())
        assert issubclass(ProgrammingError, DatabaseError)
        assert own.fetch_one("select 1", ()) == (1,)


def test_the_inbox_uses_it_where_connections_are_pooled(
    own: OwnConnection, monkeypatch: pytest.MonkeyPatch, wakeups: Any
) -> None:
    monkeypatch.setattr(inbox, "_own_connection", own)
    monkeypatch.setitem(connection.settings_dict["OPTIONS"], "pool", {"max_size": 2})
    monkeypatch.setattr(connection, "get_connection_params", connection.get_connection_params)
    values = {
        "provider": "test", "endpoint": "connect", "livemode": True, "account": "acct_1", "event_id": "evt_1",
        "event_type": "charge.succeeded", "payload": b"\x00{}'\\", "event_created": None, "now": timezone.now(),
    }  # fmt: skip
    assert [inbox.accept(**values), inbox.accept(**values)] == [True, False]  # type: ignore[arg-type]
    monkeypatch.undo()
    assert bytes(InboxDelivery.objects.get().payload) == b"\x00{}'\\"
