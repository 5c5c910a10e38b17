"""Packets: the pages' own numbers, the same bytes, and a record of what became of them."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.urls import reverse

from accounts.models import Event
from accounts.tenancy import acting_for
from accounts.testing.deeds import FourRefusals
from accounts.testing.pages import FiveQuestions
from accounts.testing.world import MOMENT
from analytics.models import Packet
from analytics.templatetags.figures import said
from analytics.testing.traders import Trader, simulated
from analytics.testing.trading_desk import account, computed_desk
from analytics.trading.accounts import accounts_of
from analytics.trading.packet.document import HYPOTHETICAL, chart_rows, document
from analytics.trading.packet.queries import inputs_of
from analytics.trading.packet.render import render
from analytics.trading.packet.services import make, request_packet

ONLY = ("kpis", "slices")


@pytest.fixture
def desk(world):
    return computed_desk(world.business, simulated(Trader(n=80)), only=ONLY)


def inputs(world, *, with_trades: bool = False) -> Any:
    with acting_for(world.business):
        return inputs_of(world.business, accounts_of(world.business)[0], with_trades=with_trades)


class TestDocument:
    def test_every_number_is_a_stored_figure_as_the_pages_print_it(self, world, desk):
        given = inputs(world)
        stored = {said(f) for one in given.stored.values() for f in one.result.figures.values() if f.value is not None}
        told = [row for part in document(given)["parts"] for row in part["figures"] if row[1] != "—"]
        assert len(told) > 15
        assert {row[1] for row in told} <= stored

    def test_the_kpi_page_shows_the_same_values(self, world, desk, client_of):
        page = client_of(world.owner).get(reverse("trading:kpis", args=[world.business.slug])).content.decode()
        parts = {part["title"]: part for part in document(inputs(world))["parts"]}
        for label, value, *_ in parts["What the record shows"]["figures"]:
            if label in ("Net result", "Expectancy", "Profit factor", "Payoff"):
                assert value in page, label

    def test_a_gap_is_told_in_its_own_words(self, world):
        computed_desk(world.business, simulated(Trader(n=8)), only=ONLY)
        rows = [row for part in document(inputs(world))["parts"] for row in part["figures"]]
        assert any(row[1] == "—" and row[2].startswith("Needs") for row in rows)

    def test_what_was_simulated_carries_its_notice(self, world, desk):
        parts = document(inputs(world))["parts"]
        marked = {part["title"] for part in parts if part["hypothetical"]}
        assert "Under prop-firm rules" in marked and "What the record shows" not in marked

    def test_decisions_are_listed_only_when_asked_for(self, world, desk):
        assert "Decisions" not in {part["title"] for part in document(inputs(world))["parts"]}
        listed = document(inputs(world, with_trades=True))["parts"][-1]
        assert listed["title"] == "Decisions" and len(listed["tables"][0]["rows"]) == 80


class TestBytes:
    def test_are_the_same_each_time_and_hold_their_fonts(self, world, desk):
        given = inputs(world)
        made = [
            render(document(given), rows=chart_rows(given.stored["kpis"]), currency="usd", paper="a4") for _ in range(2)
        ]
        assert made[0] == made[1]
        assert made[0].startswith(b"%PDF") and len(made[0]) < 3 * 1024 * 1024
        assert b"/FontFile" in made[0] or b"/ObjStm" in made[0]

    def test_differ_by_paper_and_by_record(self, world, desk):
        given = inputs(world)
        rows = chart_rows(given.stored["kpis"])
        a4, letter = (render(document(given), rows=rows, currency="usd", paper=p) for p in ("a4", "us-letter"))
        assert a4 != letter


class TestMaking:
    def test_keeps_the_file_its_hashes_and_an_event(self, world, desk):
        with acting_for(world.business):
            chosen = accounts_of(world.business)[0]
            asked = request_packet(world.business, chosen, paper="a4", with_trades=False, user=world.owner, now=MOMENT)
            one = make(world.business, asked, now=MOMENT)
            two = make(
                world.business,
                request_packet(world.business, chosen, paper="a4", with_trades=False, user=None, now=MOMENT),
                now=MOMENT,
            )
        assert one.state == Packet.State.READY and one.size == len(one.file.read())
        assert (one.sha256, one.content_hash) == (two.sha256, two.content_hash)
        names = set(Event.objects.values_list("name", flat=True))
        assert {"trading.packet.requested", "trading.packet.rendered"} <= names

    def test_without_figures_there_is_nothing_to_put_in(self, world, client_of):
        account(world.business)
        body = client_of(world.owner).post("/api/v1/trader/investor-packet", {}, content_type="application/json")
        assert body.status_code == 400 and "no figures yet" in body.json()["error"]["message"]


class TestCall:
    def ask(self, client, **body):
        return client.post("/api/v1/trader/investor-packet", body, content_type="application/json")

    def test_asks_follows_and_takes_a_packet(self, world, desk, client_of, run_jobs):
        client = client_of(world.owner)
        asked = self.ask(client, paper="us-letter")
        assert asked.status_code == 202 and asked.json()["state"] == "requested" and asked.json()["file"] is None
        run_jobs()
        address = f"/api/v1/trader/investor-packet/{asked.json()['id']}"
        ready = client.get(address).json()
        assert ready["state"] == "ready" and re.fullmatch(r"[0-9a-f]{64}", ready["sha256"])
        file = client.get(ready["file"])
        assert b"".join(file.streaming_content).startswith(b"%PDF")
        noted = client.post(f"{address}/delivered", {"note": "sent"}, content_type="application/json").json()
        again = client.post(f"{address}/delivered", {"note": "twice"}, content_type="application/json").json()
        assert noted["state"] == "delivered" and again["delivered_at"] == noted["delivered_at"]

    @pytest.mark.parametrize("body", [{"paper": "a3"}, {"account": "999"}, {"unknown": 1}])
    def test_refuses_what_it_cannot_make(self, world, desk, client_of, body):
        assert self.ask(client_of(world.owner), **body).status_code in (400, 404)

    def test_a_viewer_takes_nothing_away(self, world, desk, client_of):
        assert self.ask(client_of(world.viewer)).status_code == 403

    def test_of_another_business_is_nothing(self, world, desk, client_of):
        theirs = computed_desk(world.other, simulated(Trader(n=40)), only=("kpis",))
        packet = Packet.objects.create(business=world.other, source=theirs)
        assert client_of(world.owner).get(f"/api/v1/trader/investor-packet/{packet.pk}").status_code == 404


class TestPacketPage(FiveQuestions):
    url = "trading:packet"

    @pytest.fixture(autouse=True)
    def _desk(self, world):
        self.account = computed_desk(world.business, simulated(Trader(n=40)), only=("kpis",))

    def test_offers_files_only_to_who_may_export(self):
        Packet.objects.create(business=self.world.business, source=self.account, state="ready", file="x/y/z.pdf")
        mine = self.client_of(self.world.owner).get(self.address(self.world)).content.decode()
        theirs = self.client_of(self.world.viewer).get(self.address(self.world)).content.decode()
        assert "PDF</a>" in mine and "PDF</a>" not in theirs and "Make it" not in theirs


class TestAskDeed(FourRefusals):
    url = "trading:packet-ask"
    permission = "export:data"

    @pytest.fixture(autouse=True)
    def _desk(self, world):
        self.account = computed_desk(world.business, simulated(Trader(n=40)), only=("kpis",))

    def test_leads_back_to_the_list(self):
        response = self.client_of(self.world.owner).post(self.address, {"paper": "a4"})
        assert response.status_code == 302 and Packet.objects.count() == 1


class TestFile(FiveQuestions):
    url = "trading:packet-file"
    permission = "export:data"

    @pytest.fixture(autouse=True)
    def _desk(self, world):
        account = computed_desk(world.business, simulated(Trader(n=20)), only=("kpis",))
        self.packet = Packet.objects.create(business=world.business, source=account, state="ready", file="x/y/z.pdf")

    def page_kwargs(self, world):
        return {"packet": self.packet.pk}

    def test_works_for_the_owner(self):
        assert self.client_of(self.world.owner).get(self.address(self.world)).status_code == 302

    def test_opens_to_teammates_with_the_permission_only(self):
        address = self.address(self.world)
        assert self.client_of(self.world.member).get(address).status_code == 302
        assert self.client_of(self.world.viewer).get(address).status_code == 403


def test_the_notice_says_what_regulators_ask_for():
    for word in ("Hypothetical", "hindsight", "no financial risk", "no advice"):
        assert word in HYPOTHETICAL
