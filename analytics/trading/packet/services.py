"""Asks for packets, renders them, and notes that one was handed on."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any

from django.core.files.base import ContentFile

from accounts.errors import InvalidInput
from accounts.events import record
from accounts.models import Business, User
from analytics.figures import canonical
from analytics.models import Packet
from analytics.trading.accounts import Account, accounts_of, choose
from analytics.trading.packet.document import chart_rows, document
from analytics.trading.packet.queries import inputs_of
from analytics.trading.packet.render import render

LARGEST = 3 * 1024 * 1024


def request_packet(
    business: Business, account: Account, *, paper: str, with_trades: bool, user: User | None, now: datetime
) -> Packet:
    """Write the request and enqueue its rendering; returns the packet.

    Errors: InvalidInput for an unknown paper, and for an account without figures.
    """
    from analytics.trading.packet.tasks import render_packet

    if paper not in Packet.Paper.values:
        raise InvalidInput("Paper is a4 or us-letter.", field="paper")
    if inputs_of(business, account, with_trades=False) is None:
        raise InvalidInput("This account has no figures yet, so there is nothing to put into a packet.")
    packet = Packet.objects.create(
        business=business, source=account.source, paper=paper, with_trades=with_trades, requested_by=user,
        requested_at=now,
    )  # fmt: skip
    record("trading.packet.requested", business=business, actor=user, subject=packet)
    render_packet.enqueue(business, packet_id=packet.pk, dedupe=f"packet:{packet.pk}")
    return packet


def make(business: Business, packet: Packet, *, now: datetime) -> Packet:
    """Render a requested packet from what is stored now, and keep the file.

    Errors: InvalidInput when the figures are gone or the document outgrows 3 MB.
    """
    account = choose(accounts_of(business), str(packet.source_id))
    inputs = inputs_of(business, account, with_trades=packet.with_trades)
    if inputs is None:
        raise InvalidInput("This account has no figures yet, so there is nothing to put into a packet.")
    content: dict[str, Any] = document(inputs)
    made = render(content, rows=chart_rows(inputs.stored["kpis"]), currency=inputs.currency, paper=packet.paper)
    if len(made) > LARGEST:
        raise InvalidInput("The packet outgrew 3 MB. Ask for it without the list of decisions.")
    packet.content_hash = hashlib.sha256(canonical(content)).hexdigest()
    packet.sha256, packet.size = hashlib.sha256(made).hexdigest(), len(made)
    packet.state, packet.ready_at, packet.error = Packet.State.READY, now, ""
    packet.file.save(f"trading-record-{now:%Y-%m-%d}.pdf", ContentFile(made), save=False)
    packet.save()
    record("trading.packet.rendered", business=business, subject=packet, bytes=len(made))
    return packet


def fail(business: Business, packet: Packet, *, why: str) -> None:
    """Note that a packet could not be made, and why."""
    Packet.objects.of(business).filter(pk=packet.pk).update(state=Packet.State.FAILED, error=why[:300])
    record("trading.packet.failed", business=business, subject=packet, reason=why[:300])


def deliver(business: Business, packet: Packet, *, note: str, actor: User | None, now: datetime) -> bool:
    """Note that a ready packet was handed on. Returns False when that was noted before. Errors: InvalidInput before it
    is ready."""
    if packet.state == Packet.State.DELIVERED:
        return False
    if packet.state != Packet.State.READY:
        raise InvalidInput("Only a packet that is ready can be handed on.")
    changed = {"state": Packet.State.DELIVERED, "delivered_at": now, "delivery_note": note[:300]}
    Packet.objects.of(business).filter(pk=packet.pk).update(**changed)
    record("trading.packet.delivered", business=business, actor=actor, subject=packet)
    return True
