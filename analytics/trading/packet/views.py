"""The packet's page: ask for one, see how far it is, take it away."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from accounts.access import desk_view
from accounts.errors import NotYours
from accounts.files import signed_url
from accounts.ratelimit import rate_limited
from accounts.requests import BusinessRequest
from analytics.models import Packet
from analytics.trading.accounts import accounts_of, asked_account, choose
from analytics.trading.packet.queries import packet_of, packets
from analytics.trading.packet.services import request_packet
from analytics.trading.state import desk_state

NAV = (("Packet", "trading:packet", "download", 170),)


@require_safe
@desk_view("trading", permission="read:analytics")
def packet_page(request: BusinessRequest) -> HttpResponse:
    state = desk_state(request.business, asked_account(request))
    made = packets(request.business, state.account.source) if state.account else []
    context = {
        "state": state,
        "packets": made,
        "waiting": any(one.state == Packet.State.REQUESTED for one in made),
        "papers": Packet.Paper.choices,
        "may_export": request.member.may("export:data"),
    }
    template = "trading/packet/_list.html" if request.headers.get("HX-Request") else "trading/packet/page.html"
    return render(request, template, context)


@require_POST
@desk_view("trading", permission="export:data")
@rate_limited("trading.packet", limit="20/h", by="business")
def ask_for_packet(request: BusinessRequest) -> HttpResponse:
    account = choose(accounts_of(request.business), request.POST.get("account", ""))
    request_packet(
        request.business,
        account,
        paper=request.POST.get("paper", Packet.Paper.A4),
        with_trades=request.POST.get("trades") == "1",
        user=request.user,
        now=request.now,
    )
    messages.success(request, "The packet is being made.")
    address = reverse("trading:packet", kwargs={"business": request.business.slug})
    return redirect(f"{address}?account={account.source.pk}")


@require_safe
@desk_view("trading", permission="export:data")
def packet_file(request: BusinessRequest, packet: int) -> HttpResponse:
    """Leads to the file by a signed link that expires."""
    found = packet_of(request.business, packet)
    if not found.file:
        raise NotYours("This packet is not ready.")
    return redirect(signed_url(str(found.file.name)))
