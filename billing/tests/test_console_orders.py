"""The console's orders, links, reports and loyalty: each deed has its reason and its event."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.test import Client, override_settings
from django.urls import reverse
from django.utils import timezone

from accounts.models import Event, Job, User
from accounts.testing.world import World
from billing.autopsy import items
from billing.loyalty.perks import write_perks
from billing.models import Activation, OdooOrder, Perk, SkuRule, WorkFile, WorkItem
from billing.testing.odoo import AUTOPSY, line, payment, reading, taken

MODELS = (
    "odooorder", "parkedorder", "skurule", "odoocursor", "activation", "workitem", "perk", "unlock", "paidmonth",
)  # fmt: skip


@pytest.fixture
def console(db: Any, client_of: Callable[[Any], Client], wakeups: Any) -> Client:
    return client_of(User.objects.create_superuser("chief@example.com", "a-long-enough-secret", name="Chief"))


@pytest.fixture
def parked(db: Any, wakeups: Any) -> OdooOrder:
    return taken(reading(lines=(line("MUG-01"),), payments=(payment(amount=1_800),)))


@pytest.fixture
def item(db: Any, wakeups: Any) -> WorkItem:
    taken(reading(7, lines=(line(AUTOPSY),)))
    return WorkItem.objects.get()


def press(console: Client, model: str, action: str, *rows: Any, reason: str = "Asked by phone.") -> Any:
    data = {"action": action, "_selected_action": [str(row.pk) for row in rows], "reason": reason}
    return console.post(reverse(f"admin:billing_{model}_changelist"), data)


@pytest.mark.parametrize("model", MODELS)
def test_each_list_opens_with_rows(console: Client, parked: OdooOrder, item: WorkItem, model: str) -> None:
    taken(reading(8))
    assert console.get(reverse(f"admin:billing_{model}_changelist")).status_code == 200


@pytest.mark.parametrize("model", MODELS)
def test_each_list_is_shut_for_customers(world: World, client_of: Callable[[Any], Client], model: str) -> None:
    answer = client_of(world.owner).get(reverse(f"admin:billing_{model}_changelist"))
    assert answer.status_code == 302


class TestParkedOrders:
    def test_are_those_that_wait(self, console: Client, parked: OdooOrder) -> None:
        taken(reading(8))
        shown = console.get(reverse("admin:billing_parkedorder_changelist")).content.decode()
        assert "S00042" in shown and "S00008" not in shown and "unknown_sku" in shown

    def test_a_deed_without_a_reason_asks_for_one(self, console: Client, parked: OdooOrder) -> None:
        answer = press(console, "parkedorder", "dismiss", parked, reason="")
        parked.refresh_from_db()
        assert answer.status_code == 200 and parked.dismissed_at is None

    def test_dismissing_takes_it_off_the_list_with_an_event(self, console: Client, parked: OdooOrder) -> None:
        press(console, "parkedorder", "dismiss", parked)
        shown = console.get(reverse("admin:billing_parkedorder_changelist")).content.decode()
        assert "S00042" not in shown
        assert Event.objects.get(name="billing.orders.dismissed").reason == "Asked by phone."

    def test_mapping_the_sku_makes_a_rule(self, console: Client, parked: OdooOrder) -> None:
        press(console, "parkedorder", "map_to_nothing", parked)
        parked.refresh_from_db()
        assert parked.park == "" and SkuRule.objects.get().made_by == User.objects.get(email="chief@example.com")

    @pytest.mark.parametrize("key", ["trader", "edge_autopsy", "edge_autopsy_plus"])
    def test_a_sku_is_mapped_to_what_odoo_sells(self, console: Client, parked: OdooOrder, key: str) -> None:
        press(console, "parkedorder", f"map_to_{key}", parked)
        parked.refresh_from_db()
        assert SkuRule.objects.get().plan.key == key
        assert parked.park == "amount_mismatch"  # 18 is no price of any of them, and that is asked about next

    def test_what_cannot_be_accepted_says_why(self, console: Client, parked: OdooOrder) -> None:
        press(console, "parkedorder", "accept", parked)
        parked.refresh_from_db()
        assert parked.park == "unknown_sku" and not Event.objects.filter(name="billing.orders.accepted").exists()

    def test_reading_again_is_a_job(self, console: Client, parked: OdooOrder) -> None:
        press(console, "parkedorder", "read_again", parked)
        assert Job.objects.get(name="billing.odoo.read_again").args == {"external_id": 42}

    def test_a_rule_may_be_forgotten(self, console: Client, parked: OdooOrder) -> None:
        press(console, "parkedorder", "map_to_nothing", parked)
        press(console, "skurule", "forget", SkuRule.objects.get())
        assert SkuRule.objects.count() == 0
        assert Event.objects.filter(name="billing.orders.sku_forgotten").count() == 1


class TestPerks:
    def test_are_copied_edited_offered_and_retired(self, console: Client) -> None:
        write_perks(Perk.objects)
        press(console, "perk", "copy", Perk.objects.get(key="review_call"))
        made = Perk.objects.get(key__startswith="review_call-")
        assert made.retired_at is not None
        page = reverse("admin:billing_perk_change", args=[made.pk])
        assert console.post(page, {"name": "Badge", "text": "A badge.", "after_months": "9"}).status_code == 302
        press(console, "perk", "offer", made)
        made.refresh_from_db()
        assert (made.name, made.after_months, made.retired_at) == ("Badge", 9, None)
        press(console, "perk", "retire", made)
        made.refresh_from_db()
        assert made.retired_at is not None
        assert Event.objects.filter(name__startswith="billing.loyalty.perk_").count() == 4


class TestReports:
    def test_are_moved_by_staff_with_a_step_and_an_event(self, console: Client, item: WorkItem) -> None:
        for action, state in (("paused", "waiting"), ("resumed", "open"), ("delivered", "delivered"),
                              ("taken_back", "open")):  # fmt: skip
            press(console, "workitem", action, item)
            item.refresh_from_db()
            assert item.state == state
            assert Event.objects.filter(name=f"billing.autopsy.{action}_by_staff").count() == 1
        assert item.steps.count() == 5

    def test_a_move_that_does_not_fit_is_skipped(self, console: Client, item: WorkItem) -> None:
        items.move(item, "cancelled", now=timezone.now())
        press(console, "workitem", "delivered", item)
        item.refresh_from_db()
        assert item.state == "cancelled"

    def test_a_customers_file_is_downloaded_never_shown(
        self, console: Client, item: WorkItem, tmp_path: Any, settings: Any
    ) -> None:
        storage = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": str(tmp_path)}}
        with override_settings(STORAGES={**settings.STORAGES, "default": storage}):
            kept = WorkFile(item=item, name="t<b>.htm", size=3, sha256="a" * 64, uploaded_at=timezone.now())
            kept.file.save("t.htm", ContentFile(b"<b>"), save=True)
            answer = console.get(reverse("admin:billing_workfile_download", args=[kept.pk]))
            assert "attachment" in answer["Content-Disposition"] and b"".join(answer) == b"<b>"
        page = console.get(reverse("admin:billing_workitem_change", args=[item.pk])).content.decode()
        assert "t&lt;b&gt;.htm" in page

    def test_late_ones_can_be_listed(self, console: Client, item: WorkItem) -> None:
        url = reverse("admin:billing_workitem_changelist") + "?promise=late"
        WorkItem.objects.update(due_at=timezone.now() - timedelta(hours=2))
        assert "late by" in console.get(url).content.decode()


class TestLinks:
    def test_never_show_their_token(self, console: Client, run_jobs: Callable[..., Any]) -> None:
        taken(reading(8))
        run_jobs()
        link = Activation.objects.get()
        page = console.get(reverse("admin:billing_activation_change", args=[link.pk])).content.decode()
        assert link.token_hash not in page

    def test_are_sent_again_by_staff(self, console: Client, run_jobs: Callable[..., Any]) -> None:
        taken(reading(8))
        run_jobs()
        press(console, "activation", "send_again", Activation.objects.get())
        run_jobs()
        assert Activation.objects.filter(revoked_at=None).count() == 1 and Activation.objects.count() == 2
