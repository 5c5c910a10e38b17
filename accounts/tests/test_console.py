"""The staff console: who enters, what it shows, and that each deed has its reason and its event."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from allauth.mfa.totp.internal.auth import TOTP
from django.contrib import admin
from django.test import Client
from django.test.utils import override_settings
from django.urls import reverse
from django.utils import timezone

from accounts.admin.actions import reasoned_action
from accounts.errors import InvalidInput
from accounts.keys import create_key
from accounts.models import ApiKey, Event, Heartbeat, InboxDelivery, Job, RefreshToken, User
from accounts.queue_health import work_health
from accounts.testing.world import World
from accounts.tokens import issue_tokens

OWN_APPS = {"accounts", "billing", "ingestion", "analytics", "recommendations", "agent"}


@pytest.fixture
def chief(db: Any) -> User:
    return User.objects.create_superuser("chief@example.com", "a-long-enough-secret", name="Chief")


@pytest.fixture
def console(chief: User, client_of: Callable[[Any], Client], wakeups: Any) -> Client:
    return client_of(chief)


def job(world: World, **values: Any) -> Job:
    return Job.objects.create(**{"business": world.business, "name": "x.y", "queue": "ingest", **values})


def delivery(world: World, **values: Any) -> InboxDelivery:
    given = {"provider": "stripe", "endpoint": "connect", "livemode": False, "event_id": "evt_1", "event_type": "x",
             "payload": b'{"id": "evt_1", "data": {"a": "<b>"}}', "business": world.business}  # fmt: skip
    return InboxDelivery.objects.create(**{**given, **values})


def press(console: Client, model: str, action: str, *rows: Any, **form: str) -> Any:
    data = {"action": action, "_selected_action": [str(row.pk) for row in rows], **form}
    return console.post(reverse(f"admin:accounts_{model}_changelist"), data)


class TestTheDoor:
    def test_is_the_houses_own_log_in(self, db: Any, client_of: Any) -> None:
        answer = client_of(None).get("/staff/", follow=True)
        assert answer.redirect_chain[-1][0] == "/accounts/login/?next=%2Fstaff%2F"

    def test_is_shut_for_customers(self, world: World, client_of: Any) -> None:
        for path in ("/staff/", reverse("admin:accounts_job_changelist"), "/staff/login/"):
            answer = client_of(world.owner).get(path, follow=True)
            assert "/staff/" not in answer.request["PATH_INFO"], path

    @override_settings(STAFF_MFA_REQUIRED=True)
    def test_asks_staff_for_a_second_factor(self, console: Client, chief: User) -> None:
        assert console.get("/staff/", follow=True).redirect_chain[-1][0] == "/accounts/2fa/"
        TOTP.activate(chief, "S")
        assert console.get("/staff/").status_code == 200

    def test_is_not_open_to_those_who_were_switched_off(self, console: Client, chief: User) -> None:
        User.objects.filter(pk=chief.pk).update(is_active=False)
        assert console.get("/staff/").status_code == 302


#: What staff add: the next version of a firm's published rules, a model's price, a business's budget of a month.
ADDED_BY_STAFF = {"analytics.RuleSet", "agent.ModelPrice", "agent.AgentBudget"}


class TestWhatItShows:
    def test_lists_only_models_of_the_house(self) -> None:
        assert {model._meta.app_label for model in admin.site._registry} <= OWN_APPS

    @pytest.mark.parametrize(
        "model", sorted(admin.site._registry, key=lambda m: m._meta.label), ids=lambda m: m._meta.label
    )
    def test_each_list_opens_and_offers_no_editing(self, console: Client, model: Any) -> None:
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        assert console.get(reverse(f"{name}_changelist"), {"q": "a"}).status_code == 200
        added = 200 if model._meta.label in ADDED_BY_STAFF else 403
        assert console.get(reverse(f"{name}_add")).status_code == added

    def test_each_row_opens_and_takes_no_change(self, console: Client, world: World, chief: User) -> None:
        now = timezone.now()
        key = create_key(world.business, name="k", scopes=["read:analytics"], actor=chief, now=now).key
        beat = Heartbeat.objects.create(name="beat", at=now)
        rows = [job(world), delivery(world), world.business, world.owner, key, beat, Event.objects.get()]
        for row in rows:
            there = reverse(f"admin:accounts_{row._meta.model_name}_change", args=[row.pk])
            assert console.get(there).status_code == 200, there
            assert console.post(there, {"name": "changed"}).status_code == 403, there

    def test_hides_what_opens_doors(self, console: Client, world: World, chief: User) -> None:
        made = create_key(world.business, name="k", scopes=["read:analytics"], actor=chief, now=timezone.now())
        page = console.get(reverse("admin:accounts_apikey_change", args=[made.key.pk])).content.decode()
        person = console.get(reverse("admin:accounts_user_change", args=[world.owner.pk])).content.decode()
        assert made.key.key_hash not in page and world.owner.password not in person

    def test_prints_payloads_for_reading_and_escapes_them(self, console: Client, world: World) -> None:
        page = console.get(reverse("admin:accounts_inboxdelivery_change", args=[delivery(world).pk])).content.decode()
        assert "&quot;id&quot;: &quot;evt_1&quot;" in page and "&lt;b&gt;" in page and "<b>" not in page

    def test_prints_what_is_no_json_as_it_came(self, console: Client, world: World) -> None:
        row = delivery(world, payload=b"\xff not json")
        assert "not json" in console.get(reverse("admin:accounts_inboxdelivery_change", args=[row.pk])).content.decode()

    def test_the_first_page_tells_how_the_work_is_doing(self, console: Client, world: World) -> None:
        job(world, due_at=timezone.now() - timedelta(minutes=5))
        page = console.get("/staff/").content.decode()
        assert "Oldest due" in page and "5m" in page and "Heartbeats" in page


class TestWorkHealth:
    def test_counts_by_queue_with_the_age_of_the_oldest(self, world: World) -> None:
        now = timezone.now()
        job(world, due_at=now - timedelta(minutes=9))
        job(world, due_at=now - timedelta(minutes=1))
        job(world, due_at=now + timedelta(hours=1))
        job(world, state="running")
        job(world, state="failed", finished_at=now - timedelta(hours=1))
        job(world, state="failed", finished_at=now - timedelta(days=2))
        delivery(world, received_at=now - timedelta(minutes=3))
        delivery(world, event_id="evt_2", state="failed")
        Heartbeat.objects.create(name="beat", at=now - timedelta(seconds=7))
        health = work_health(now=now)
        assert [queue.queue for queue in health.queues] == ["ingest", "analytics", "notifications", "agent"]
        ingest = health.queues[0]
        assert (ingest.due, ingest.running, ingest.failed, ingest.oldest_due) == (2, 1, 1, timedelta(minutes=9))
        assert (health.inbox.open, health.inbox.failed, health.inbox.oldest_open) == (1, 1, timedelta(minutes=3))
        assert health.heartbeats == (("beat", timedelta(seconds=7)),)

    def test_of_an_idle_house_is_calm(self, db: Any) -> None:
        health = work_health(now=timezone.now())
        assert all((q.due, q.running, q.failed, q.oldest_due) == (0, 0, 0, None) for q in health.queues)


class TestDeeds:
    def test_ask_for_a_reason_first(self, console: Client, world: World) -> None:
        failed = job(world, state="failed")
        page = press(console, "job", "retry", failed)
        assert page.status_code == 200 and "Why?" in page.content.decode()
        assert "A reason is needed" in press(console, "job", "retry", failed, reason="  ").content.decode()
        failed.refresh_from_db()
        assert failed.state == "failed" and not Event.objects.exists()

    def test_leave_an_event_with_the_reason(self, console: Client, world: World, chief: User) -> None:
        failed = job(world, state="failed", attempts=8, error_code="x")
        assert press(console, "job", "retry", failed, reason="Stripe was down").status_code == 302
        failed.refresh_from_db()
        assert (failed.state, failed.attempts, failed.error_code) == ("queued", 0, "")
        event = Event.objects.get()
        assert (event.name, event.reason, event.actor) == ("accounts.job.retried", "Stripe was down", chief)
        assert (event.business, event.subject) == (world.business, f"accounts.job:{failed.pk}")

    def test_skip_rows_whose_state_does_not_allow_it(self, console: Client, world: World) -> None:
        done, failed = job(world, state="done"), job(world, state="failed")
        press(console, "job", "retry", done, failed, reason="why not")
        assert Event.objects.count() == 1

    def test_do_not_queue_an_equal_job_twice(self, console: Client, world: World) -> None:
        failed = job(world, state="failed", dedupe="same")
        job(world, dedupe="same")
        press(console, "job", "retry", failed, reason="again")
        failed.refresh_from_db()
        assert failed.state == "failed" and not Event.objects.exists()

    def test_cancel_what_waits_and_nothing_else(self, console: Client, world: World) -> None:
        waiting, running = job(world), job(world, state="running")
        press(console, "job", "cancel", waiting, running, reason="not wanted")
        for row in (waiting, running):
            row.refresh_from_db()
        assert (waiting.state, waiting.error_code, waiting.error_message) == ("failed", "cancelled", "not wanted")
        assert running.state == "running" and Event.objects.get().name == "accounts.job.cancelled"

    def test_replay_a_delivery(self, console: Client, world: World) -> None:
        row = delivery(world, state="failed", attempts=10)
        press(console, "inboxdelivery", "replay", row, reason="handler was mended")
        row.refresh_from_db()
        assert (row.state, row.attempts) == ("received", 0)
        assert Event.objects.get().name == "accounts.delivery.replayed"

    def test_switch_a_person_off_and_on(self, console: Client, world: World) -> None:
        issue_tokens(world.owner, now=timezone.now())
        press(console, "user", "switch_off", world.owner, reason="asked by mail")
        world.owner.refresh_from_db()
        assert not world.owner.is_active and not RefreshToken.objects.filter(revoked_at=None).exists()
        press(console, "user", "switch_on", world.owner, reason="asked again")
        world.owner.refresh_from_db()
        assert world.owner.is_active

    def test_nobody_switches_themselves_off(self, console: Client, chief: User) -> None:
        press(console, "user", "switch_off", chief, reason="oops")
        chief.refresh_from_db()
        assert chief.is_active

    def test_take_a_lost_second_factor_away(self, console: Client, world: World) -> None:
        TOTP.activate(world.owner, "S")
        press(console, "user", "remove_second_factor", world.owner, reason="lost the phone, identity checked")
        assert not world.owner.authenticator_set.exists()

    def test_revoke_a_key(self, console: Client, world: World, chief: User) -> None:
        create_key(world.business, name="k", scopes=["read:analytics"], actor=chief, now=timezone.now())
        press(console, "apikey", "revoke_key", ApiKey.objects.get(), reason="leaked")
        assert ApiKey.objects.get().revoked_at is not None
        assert Event.objects.get(name="accounts.key.revoked_by_staff").reason == "leaked"

    def test_of_superusers_are_refused_to_other_staff(self, world: World, client_of: Any) -> None:
        from django.contrib.auth.models import Permission

        helper = User.objects.create_user("helper@example.com", "a-long-enough-secret", is_staff=True)
        helper.user_permissions.set(Permission.objects.filter(codename="view_user"))
        answer = press(client_of(helper), "user", "switch_off", world.owner, reason="because")
        assert answer.status_code == 403
        world.owner.refresh_from_db()
        assert world.owner.is_active

    def test_that_fail_keep_nothing_of_their_row(self, console: Client, world: World, monkeypatch: Any) -> None:
        from accounts.admin.work import JobAdmin

        @reasoned_action("Break", event="accounts.job.broken")
        def broken(row: Job, request: Any, reason: str) -> None:
            Job.objects.filter(pk=row.pk).update(name="half")
            raise InvalidInput("No.")

        monkeypatch.setattr(JobAdmin, "actions", (broken,))
        row = job(world)
        press(console, "job", "broken", row, reason="trying")
        row.refresh_from_db()
        assert row.name == "x.y" and not Event.objects.exists()
