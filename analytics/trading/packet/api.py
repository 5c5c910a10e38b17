"""Packets over the API: ask, follow, and note that one was handed on."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from ninja import Router, Schema
from ninja.responses import Status
from pydantic import ConfigDict, Field

from accounts.access import api_business
from accounts.files import signed_url
from accounts.models import Business, User
from accounts.requests import BusinessRequest
from analytics.models import Packet
from analytics.trading.accounts import accounts_of, choose
from analytics.trading.packet.queries import packet_of
from analytics.trading.packet.services import deliver, request_packet

router = Router(tags=["Trading"])


class PacketIn(Schema):
    """`account` as the accounts call lists it; the one with the latest close by default."""

    model_config = ConfigDict(extra="forbid")

    business_id: UUID | None = None
    account: str = ""
    paper: Literal["a4", "us-letter"] = "a4"
    with_trades: bool = False


class DeliveredIn(Schema):
    model_config = ConfigDict(extra="forbid")

    business_id: UUID | None = None
    note: str = Field("", max_length=300)


class PacketOut(Schema):
    """`file` is a signed link that expires, null until the packet is ready. Equal `sha256`, equal bytes."""

    id: int
    state: str
    account: str
    paper: str
    with_trades: bool
    requested_at: datetime
    ready_at: datetime | None
    delivered_at: datetime | None
    content_hash: str
    sha256: str
    size: int
    file: str | None
    error: str


@router.post("/trader/investor-packet", response={202: PacketOut}, summary="Ask for a packet")
def ask(request: BusinessRequest, body: PacketIn) -> Status:
    business = _business(request, body.business_id)
    account = choose(accounts_of(business), body.account)
    made = request_packet(
        business, account, paper=body.paper, with_trades=body.with_trades, user=_person(request), now=request.now
    )
    return Status(202, _out(made))


@router.get("/trader/investor-packet/{packet_id}", response=PacketOut, summary="One packet")
def get_packet(request: BusinessRequest, packet_id: int, business_id: UUID | None = None) -> dict[str, Any]:
    return _out(packet_of(_business(request, business_id), packet_id))


@router.post("/trader/investor-packet/{packet_id}/delivered", response=PacketOut, summary="Note a delivery")
def note_delivery(request: BusinessRequest, packet_id: int, body: DeliveredIn) -> dict[str, Any]:
    """For tools that hand the document on. Noting it twice changes nothing."""
    business = _business(request, body.business_id)
    deliver(business, packet_of(business, packet_id), note=body.note, actor=_person(request), now=request.now)
    return _out(packet_of(business, packet_id))


def _business(request: BusinessRequest, business_id: UUID | None) -> Business:
    return api_business(request, business_id, permission="export:data", desk="trading")


def _person(request: BusinessRequest) -> User | None:
    caller: Any = request.user  # nobody, where an API key calls
    return caller if isinstance(caller, User) else None


def _out(packet: Packet) -> dict[str, Any]:
    plain = ("id", "state", "paper", "with_trades", "requested_at", "ready_at", "delivered_at", "content_hash",
             "sha256", "size", "error")  # fmt: skip
    body = {name: getattr(packet, name) for name in plain}
    return body | {"account": str(packet.source_id), "file": signed_url(str(packet.file.name)) if packet.file else None}
