"""Staff write next versions of rule sets and edit none."""

from __future__ import annotations

import json

import pytest
from django.contrib import admin
from django.urls import reverse

from accounts.models import Event, User
from analytics.models import RuleSet, TradingRule


@pytest.fixture
def staff(world, client_of):
    return client_of(User.objects.create_superuser("staff@example.com", "correct-horse-battery", name="Staff"))


def form(row: RuleSet, **changes) -> dict:
    names = ("firm", "program", "size", "currency", "phase", "verified_on", "evidence", "note")
    body = {name: getattr(row, name) for name in names}
    body |= {
        "sources": json.dumps(row.sources),
        "rules": json.dumps(row.rules),
        "disputed": "on" if row.disputed else "",
    }
    return body | changes


ADD = "admin:analytics_ruleset_add"


class TestRuleSets:
    def test_are_listed_and_shown(self, staff):
        row = RuleSet.objects.filter(firm="FTMO").first()
        assert "Next version" in staff.get(reverse("admin:analytics_ruleset_changelist")).content.decode()
        assert staff.get(reverse("admin:analytics_ruleset_change", args=[row.pk])).status_code == 200

    def test_the_next_version_begins_with_the_last(self, staff):
        row = RuleSet.objects.get(firm="Breakout")
        html = staff.get(reverse(ADD) + f"?after={row.pk}").content.decode()
        assert "1-Step Classic" in html and "An older page of the firm" in html

    def test_a_change_is_a_new_row_and_an_event(self, staff):
        row = RuleSet.objects.get(firm="Breakout")
        changed = row.rules | {"min_days": 5}
        response = staff.post(reverse(ADD), form(row, rules=json.dumps(changed)))
        assert response.status_code == 302
        old, new = RuleSet.objects.filter(firm="Breakout").order_by("version")
        assert (old.version, old.rules["min_days"], new.version, new.rules["min_days"]) == (1, 0, 2, 5)
        assert Event.objects.filter(name="trading.rule_sets.published").count() == 1

    @pytest.mark.parametrize(
        ("changes", "says"),
        [
            ({"rules": json.dumps({"max_loss": "much"})}, "cannot be read"),
            ({"rules": json.dumps({"min_dayz": 1})}, "No rule is called"),
            ({"sources": json.dumps(["ftp://example.com"])}, "Give a list of addresses"),
            ({"note": " "}, "Say what is disputed"),
        ],
    )
    def test_what_no_engine_can_read_is_refused(self, staff, changes, says):
        row = RuleSet.objects.get(firm="Breakout")
        assert says in staff.post(reverse(ADD), form(row, **changes)).content.decode()
        assert RuleSet.objects.filter(firm="Breakout").count() == 1

    def test_nothing_is_edited_or_deleted(self, staff, rf):
        shown = admin.site._registry[RuleSet]
        assert not shown.has_change_permission(rf.get("/")) and not shown.has_delete_permission(rf.get("/"))
        row = RuleSet.objects.get(firm="Breakout")
        assert staff.post(reverse("admin:analytics_ruleset_change", args=[row.pk]), form(row)).status_code == 403


def test_own_rules_are_looked_at(staff, world):
    TradingRule.objects.create(business=world.business, kind="stop_required")
    assert staff.get(reverse("admin:analytics_tradingrule_changelist")).status_code == 200
