"""Deciding from a mail: what is refused comes first. Reading changes nothing, pressing acts once, and all has words."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core import mail, signing
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Event, Member
from accounts.testing.pages import WRITES
from accounts.testing.world import World
from recommendations.board.services import decide, expire
from recommendations.digests.decisions import SALT
from recommendations.models import Digest, Recommendation, RecommendationEvent
from recommendations.testing.findings import finding, seen
from recommendations.testing.mails import links, newest, prefer, send_digest

ClientOf = Callable[[Any], Client]
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
BUTTONS = {"Accept": "accepted", "Snooze for a week": "snoozed", "Dismiss": "dismissed"}


@pytest.fixture
def now(time_machine: Any) -> datetime:
    """A Monday morning in Berlin, at which the clock stands."""
    at = timezone.now().replace(year=2026, month=6, day=15, hour=6, minute=30, second=0, microsecond=0)
    time_machine.move_to(at, tick=False)
    return at


@pytest.fixture
def member(world: World, now: datetime) -> Member:
    Member.objects.filter(business=world.business).update(joined_at=now - 30 * DAY)
    return Member.objects.select_related("user", "business").get(business=world.business, user=world.owner)


@pytest.fixture
def row(world: World, member: Member, now: datetime) -> Recommendation:
    """Advice that `member` was just told of by mail."""
    found = seen(world.business, finding(as_of=now, title="Bring <refunds> down"), as_of=now - HOUR)[0]
    send_digest(member, day=now.date(), as_of=now)
    return found


def button(word: str) -> str:
    (link,) = links(newest(), word)
    return link


def words(response: Any) -> str:
    return response.content.decode()


def unchanged(row: Recommendation) -> bool:
    before = (row.status, row.revision, row.decided_at)
    row.refresh_from_db()
    return (row.status, row.revision, row.decided_at) == before


class TestForged:
    @pytest.mark.parametrize("spoil", [
        lambda token: token[:-1],
        lambda token: token[: len(token) // 2],
        lambda token: token[1:],
        lambda token: token + "x",
        lambda token: token.replace(":", "", 1),
        lambda token: ":".join([signing.b64_encode(b'["x"]').decode(), *token.split(":")[1:]]),
        lambda token: "x",
        lambda token: "::",
        lambda token: "é",
        lambda token: "%00",
        lambda token: "A" * 4000,
    ])  # fmt: skip
    @pytest.mark.parametrize("method", ["get", "head", "post"])
    def test_or_cut_tokens_are_nothing_in_words(self, row: Recommendation, spoil: Any, method: str) -> None:
        start, token = button("Accept").rstrip("/").rsplit("/", 1)
        response = getattr(Client(), method)(f"{start}/{spoil(token)}/")
        assert response.status_code == 404 and unchanged(row)
        assert method == "head" or "This link does not work" in words(response)

    @pytest.mark.parametrize("body", [
        [], ["x"] * 7, None, {}, "x", [1, 2, 3, 4, 5, 6, 7], [None] * 7,
        ["0" * 32, 1, "0" * 32, 1, "open", 1, 1_900_000_000],  # a state that no mail offers… exists, but for nobody
        ["0" * 32, 1, "0" * 32, 1, "rejected", 1, 1_900_000_000],
        ["0" * 32, 1, "0" * 32, 1, "accepted", 1, "soon"],
        ["0" * 32, 1, "0" * 32, 1, "accepted", 1, 10**30],
        ["0" * 32, 1e400, "0" * 32, 1, "accepted", 1, 1],
    ])  # fmt: skip
    def test_bodies_that_no_mail_has_are_nothing(self, db: Any, body: Any) -> None:
        assert Client().post(f"/digest/decide/{signing.dumps(body, salt=SALT)}/").status_code == 404

    def test_a_token_of_another_purpose_is_nothing(self, row: Recommendation) -> None:
        stop = newest().extra_headers["List-Unsubscribe"].rstrip("/>").rsplit("/", 1)[1]
        assert Client().post(f"/digest/decide/{stop}/").status_code == 404 and unchanged(row)

    @pytest.mark.parametrize("deed", ["open", "done", "failed", "waiting", "resolved", "expired"])
    def test_deeds_that_no_mail_offers_are_nothing(self, row: Recommendation, member: Member, deed: str) -> None:
        body = [member.business_id.hex, member.pk, row.pk.hex, row.revision, deed, 1, 1_900_000_000]
        assert Client().post(f"/digest/decide/{signing.dumps(body, salt=SALT)}/").status_code == 404 and unchanged(row)

    def test_a_member_of_another_business_is_nothing(self, world: World, row: Recommendation, member: Member) -> None:
        body = [world.other.pk.hex, member.pk, row.pk.hex, row.revision, "accepted", 1, 1_900_000_000]
        assert Client().post(f"/digest/decide/{signing.dumps(body, salt=SALT)}/").status_code == 404 and unchanged(row)

    def test_advice_of_another_business_is_nothing(
        self, world: World, row: Recommendation, member: Member, now: datetime
    ) -> None:
        theirs = seen(world.other, finding(as_of=now, title="CANARY"), as_of=now)[0]
        body = [world.business.pk.hex, member.pk, theirs.pk.hex, theirs.revision, "accepted", 1, 1_900_000_000]
        response = Client().post(f"/digest/decide/{signing.dumps(body, salt=SALT)}/")
        assert response.status_code == 404 and "CANARY" not in words(response) and unchanged(theirs)


class TestRefused:
    """(what happened since the mail, status when read, status when pressed, words)"""

    def both(self, word: str = "Accept") -> tuple[Any, Any]:
        return Client().get(button(word)), Client().post(button(word))

    def test_links_that_are_too_old_lead_to_the_page(
        self, row: Recommendation, now: datetime, time_machine: Any
    ) -> None:
        time_machine.move_to(now + 14 * DAY - timedelta(seconds=1), tick=False)
        assert Client().get(button("Accept")).status_code == 200
        time_machine.move_to(now + 14 * DAY, tick=False)
        for response in self.both():
            assert response.status_code == 410 and unchanged(row)
            assert "This link is too old" in words(response) and "/b/acme/recommendations/" in words(response)

    def test_members_who_left(self, row: Recommendation, member: Member) -> None:
        Member.objects.filter(pk=member.pk).delete()
        for response in self.both():
            assert response.status_code == 404 and "This membership has ended" in words(response) and unchanged(row)

    def test_members_who_came_back_have_new_links(self, world: World, row: Recommendation, member: Member) -> None:
        Member.objects.filter(pk=member.pk).delete()
        Member.objects.create(business=world.business, user=world.owner, role="owner")
        assert Client().post(button("Accept")).status_code == 404 and unchanged(row)

    def test_roles_that_may_not_decide_any_more(self, row: Recommendation, member: Member) -> None:
        Member.objects.filter(pk=member.pk).update(role="viewer")
        for response in self.both():
            assert (
                response.status_code == 403 and "As viewer of Acme you may read" in words(response) and unchanged(row)
            )

    def test_accounts_that_are_switched_off(self, row: Recommendation, member: Member) -> None:
        member.user.is_active = False
        member.user.save()
        for response in self.both():
            assert response.status_code == 403 and "switched off" in words(response) and unchanged(row)

    def test_advice_that_was_removed(self, row: Recommendation) -> None:
        link = button("Accept")
        row.delete()
        response = Client().post(link)
        assert response.status_code == 404 and "It is no longer there" in words(response)

    def test_advice_that_somebody_else_decided(self, world: World, row: Recommendation, now: datetime) -> None:
        decide(world.business, row.pk, "dismissed", actor=world.manager, at=now)
        row.refresh_from_db()
        read, pressed = self.both()
        assert (read.status_code, pressed.status_code) == (200, 409) and unchanged(row)
        assert "Decided already" in words(pressed) and "Max dismissed it on 15 Jun 2026." in words(pressed)
        assert (
            f"/recommendations/{row.pk}/" in words(pressed)
            and "<form" not in words(read).split("<main")[1].split("</main>")[0]
        )

    def test_the_same_decision_by_somebody_else_is_theirs(
        self, world: World, row: Recommendation, now: datetime
    ) -> None:
        decide(world.business, row.pk, "accepted", actor=world.manager, at=now)
        assert "Max accepted it" in words(Client().post(button("Accept")))
        assert Recommendation.objects.get(pk=row.pk).decided_by == world.manager

    def test_another_button_of_the_same_mail_after_one_was_pressed(self, row: Recommendation) -> None:
        assert Client().post(button("Dismiss")).status_code == 200
        response = Client().post(button("Accept"))
        assert response.status_code == 409 and "You dismissed it on 15 Jun 2026." in words(response)
        assert Recommendation.objects.get(pk=row.pk).status == "dismissed"

    @pytest.mark.parametrize(("state", "says"), [
        ("expired", "It ran out before anybody decided."),
        ("resolved", "Its condition has cleared by itself."),
        ("waiting", "Nothing to decide any more"),
        ("done", "It was marked as done."),
        ("failed", "It was marked as failed."),
    ])  # fmt: skip
    def test_advice_that_ended(self, row: Recommendation, now: datetime, state: str, says: str) -> None:
        expire(row, at=now, reason="over")
        Recommendation.objects.filter(pk=row.pk).update(status=state)
        row.refresh_from_db()
        read, pressed = self.both()
        assert (read.status_code, pressed.status_code) == (200, 409) and unchanged(row)
        assert says in words(read) and says in words(pressed)

    def test_a_newer_revision_says_what_changed(self, world: World, row: Recommendation, now: datetime) -> None:
        later = now + HOUR
        seen(world.business, finding(as_of=later, evidence="0.12", title="Bring <refunds> down"), as_of=later)
        row.refresh_from_db()
        read, pressed = self.both()
        assert (read.status_code, pressed.status_code) == (200, 409) and unchanged(row) and row.status == "open"
        said = words(pressed)
        assert "It has changed since this mail" in said and "8.0%" in said and "12.0%" in said
        assert "Evidence changed" in said and f"/recommendations/{row.pk}/" in said

    def test_a_newer_revision_whose_mail_is_forgotten_still_has_words(self, row: Recommendation) -> None:
        Digest.objects.all().delete()
        Recommendation.objects.filter(pk=row.pk).update(revision=9)
        assert "It has changed since this mail" in words(Client().post(button("Accept")))

    def test_advice_that_contradicts_what_was_accepted(self, row: Recommendation, monkeypatch: Any) -> None:
        from accounts.errors import Conflict

        def refuse(*args: Any) -> None:
            raise Conflict("You accepted “Other”. They exclude each other.")

        monkeypatch.setattr("recommendations.board.services._refuse_contradiction", refuse)
        response = Client().post(button("Accept"))
        assert response.status_code == 409 and "They exclude each other." in words(response) and unchanged(row)

    def test_a_plan_that_is_read_only(self, row: Recommendation, monkeypatch: Any) -> None:
        from accounts import gates
        from accounts.errors import NotAllowed

        def gate(request: Any, desk: str, permission: str) -> None:
            if permission == "write:recommendations" and request.method == "POST":
                raise NotAllowed("The plan has ended.")

        monkeypatch.setattr(gates, "_gates", [gate])
        read, pressed = self.both()
        assert (read.status_code, pressed.status_code) == (200, 403) and unchanged(row)


class TestReading:
    @pytest.mark.parametrize("word", BUTTONS)
    def test_changes_nothing_however_often_a_scanner_opens_it(self, row: Recommendation, word: str) -> None:
        client, link = Client(), button(word)
        with CaptureQueriesContext(connection) as captured:
            for _ in range(2):
                assert client.head(link).status_code == 200
                assert client.get(link).status_code == 200
        assert [q["sql"] for q in captured if q["sql"].lower().startswith(WRITES)] == [] and unchanged(row)

    def test_shows_title_figures_who_decides_and_one_button(self, row: Recommendation) -> None:
        response = Client().get(button("Accept"))
        said = words(response)
        assert "Bring &lt;refunds&gt; down" in said and "8.0%" in said and "You decide as Olivia of Acme" in said
        assert (
            said.split("<main")[1].split("</main>")[0].count("<button") == 1 and "no-store" in response["Cache-Control"]
        )

    def test_other_methods_are_refused(self, row: Recommendation) -> None:
        assert Client().put(button("Accept")).status_code == 405 and unchanged(row)


class TestPressing:
    @pytest.mark.parametrize(("word", "status"), BUTTONS.items())
    def test_acts_as_the_member_once(
        self, world: World, row: Recommendation, now: datetime, word: str, status: str
    ) -> None:
        strict = Client(enforce_csrf_checks=True)  # whoever comes from a mail has no cookie of ours
        for _ in range(2):
            response = strict.post(button(word))
            assert response.status_code == 200 and "<h1>" in words(response)
        row.refresh_from_db()
        assert (row.status, row.decided_by, row.decision_reason) == (status, world.owner, "From a mail.")
        assert RecommendationEvent.objects.filter(recommendation=row, kind=status).count() == 1
        assert Event.objects.filter(name=f"recommendations.board.{status}", actor=world.owner).count() == 1
        assert row.snoozed_until == (now + 7 * DAY if status == "snoozed" else None)

    def test_pressing_again_says_that_it_was_done(self, row: Recommendation) -> None:
        Client().post(button("Accept"))
        for response in (Client().post(button("Accept")), Client().get(button("Accept"))):
            assert response.status_code == 200 and "You did this on 15 Jun 2026." in words(response)

    def test_a_snooze_that_is_over_leads_to_the_page(
        self, row: Recommendation, now: datetime, time_machine: Any
    ) -> None:
        Client().post(button("Snooze for a week"))
        time_machine.move_to(now + 8 * DAY, tick=False)
        response = Client().post(button("Snooze for a week"))
        assert response.status_code == 409 and "It has changed since this mail" in words(response)

    def test_whoever_is_signed_in_the_link_is_its_member(
        self, world: World, row: Recommendation, client_of: ClientOf
    ) -> None:
        assert "You decide as Olivia" in words(client_of(world.stranger).get(button("Accept")))
        client_of(world.stranger).post(button("Accept"))
        row.refresh_from_db()
        assert row.decided_by == world.owner


class TestInTheMail:
    def test_members_who_may_not_decide_have_no_buttons(self, world: World, row: Recommendation, now: datetime) -> None:
        viewer = Member.objects.select_related("user", "business").get(business=world.business, user=world.viewer)
        prefer(viewer)
        send_digest(viewer, day=now.date(), as_of=now)
        assert newest().to == [world.viewer.email] and "/digest/decide/" not in newest().body
        assert "/digest/decide/" not in newest().alternatives[0][0]

    def test_each_item_has_its_own(self, world: World, member: Member, now: datetime) -> None:
        seen(world.business, *(finding(as_of=now, subject=str(n)) for n in range(3)), as_of=now - HOUR)
        send_digest(member, day=now.date(), as_of=now)
        assert len(mail.outbox) == 1 and all(len(set(links(newest(), word))) == 3 for word in BUTTONS)
