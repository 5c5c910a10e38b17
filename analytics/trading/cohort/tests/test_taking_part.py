"""Taking part: nobody by default, nightly cells, and nothing of others for any tenant."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.db import connection, transaction
from django.db.utils import ProgrammingError
from django.urls import reverse

from accounts.models import Business, Event
from accounts.tenancy import acting_for
from accounts.testing.deeds import FourRefusals
from accounts.testing.pages import FiveQuestions
from accounts.testing.world import MOMENT
from analytics.models import CohortCell
from analytics.testing.traders import Trader, simulated
from analytics.testing.trading_desk import compute, computed_desk
from analytics.trading.cohort.module import COHORT
from analytics.trading.cohort.services import aggregate, shares
from analytics.trading.snapshots.queries import stored
from ingestion.models import TradingAccount


@pytest.fixture
def traders(world):
    """Twenty-two businesses with one account each that takes part, and the world's own, which does too."""
    accounts = []
    for number in range(22):
        business = Business.objects.create(slug=f"trader-{number}", name=f"Trader {number}", desks=["trading"])
        record = simulated(Trader(n=60, a_day=2, win_rate=0.4 + number / 100), seed=number)
        accounts.append(computed_desk(business, record, only=("cohort",)))
    best = simulated(Trader(n=60, a_day=2, win_rate=0.9), seed=99)
    accounts.append(computed_desk(world.business, best, only=("cohort",)))
    TradingAccount.objects.update(shares_cohort=True)
    return accounts


def test_nobody_takes_part_unasked(world):
    computed_desk(world.business, simulated(Trader(n=60, a_day=2)), only=("cohort",))
    assert list(shares()) == [] and aggregate(now=MOMENT) == 0


def test_a_night_makes_a_cell_and_places_whoever_takes_part(world, traders):
    assert aggregate(now=MOMENT) == 1
    cell = CohortCell.objects.get()
    assert (cell.businesses, cell.decisions) == (23, 23 * 60)
    compute(traders[-1], only=("cohort",))
    with acting_for(world.business):
        kept = stored(world.business, traders[-1], COHORT)
    assert kept is not None and kept.result.figures["trading.cohort_rank_win_rate"].value == Decimal("0.95")


def test_leaving_takes_an_account_out_of_the_next_night(world, traders):
    TradingAccount.objects.filter(source__in=traders[:4]).update(shares_cohort=False)
    assert aggregate(now=MOMENT) == 0 and not CohortCell.objects.exists()


def test_a_demo_business_gives_nothing(world, traders):
    Business.objects.filter(slug__in=[f"trader-{n}" for n in range(4)]).update(is_demo=True)
    assert aggregate(now=MOMENT) == 0


def test_a_cell_holds_no_row_no_name_and_no_business(traders):
    aggregate(now=MOMENT)
    fields = {field.name for field in CohortCell._meta.get_fields()}
    assert fields == {"id", "asset_class", "style", "size", "businesses", "decisions", "quantiles", "computed_at"}


def test_a_tenant_reads_cells_and_writes_none(world, traders):
    aggregate(now=MOMENT)
    with acting_for(world.business):
        assert CohortCell.objects.count() == 1
        with pytest.raises(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "insert into analytics_cohortcell"
                " (asset_class, style, size, businesses, decisions, quantiles, computed_at)"
                " values ('x', 'y', 'z', 1, 1, '{}', now())"
            )
        assert CohortCell.objects.update(businesses=1) == 0


class TestCohortPage(FiveQuestions):
    url = "trading:cohort"

    @pytest.fixture(autouse=True)
    def _desk(self, world):
        computed_desk(world.business, simulated(Trader(n=60, a_day=2)), only=("cohort",))

    def test_offers_an_owner_to_take_part_and_tells_others_who_may(self):
        theirs = self.client_of(self.world.viewer).get(self.address(self.world)).content.decode()
        assert "An owner can let this account take part." in theirs and "Take part with this account" not in theirs
        mine = self.client_of(self.world.owner).get(self.address(self.world)).content.decode()
        assert "Take part with this account" in mine


class TestCohortFile(FiveQuestions):
    url = "trading:cohort-file"
    permission = "export:data"

    @pytest.fixture(autouse=True)
    def _desk(self, world):
        computed_desk(world.business, simulated(Trader(n=60, a_day=2)), only=("cohort",))


class TestShareDeed(FourRefusals):
    url = "trading:cohort-share"
    permission = "write:business"
    form = {"share": "1"}

    @pytest.fixture(autouse=True)
    def _desk(self, world):
        self.account = computed_desk(world.business, simulated(Trader(n=60, a_day=2)), only=("cohort",))

    def test_is_noted_and_done_once(self):
        client = self.client_of(self.world.owner)
        for _ in range(2):
            assert client.post(self.address, {"share": "1", "account": self.account.pk}).status_code == 302
        assert TradingAccount.objects.get(source=self.account).shares_cohort
        assert Event.objects.filter(name="trading.cohort.joined").count() == 1

    def test_of_another_business_is_nothing(self):
        theirs = computed_desk(self.world.other, simulated(Trader(n=20)), only=("cohort",))
        response = self.client_of(self.world.owner).post(self.address, {"share": "1", "account": theirs.pk})
        assert response.status_code == 404
        assert not TradingAccount.objects.get(source=theirs).shares_cohort


def test_the_call_gives_the_same(world, client_of):
    computed_desk(world.business, simulated(Trader(n=60, a_day=2)), only=("cohort",))
    body = client_of(world.owner).get(reverse("api:get_trader_cohort")).json()
    assert body["result"]["taking_part"] is False and body["figures"]["trading.cohort_win_rate"]["value"]
