from __future__ import annotations

import pytest
from django.contrib import admin
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from analytics.models import MetricSnapshot, PaymentBrandDay, PaymentDay, PaymentsFreshness, ReadinessSnapshot
from analytics.testing.desk import computed_desk


@pytest.mark.parametrize("model", [MetricSnapshot, ReadinessSnapshot, PaymentDay, PaymentBrandDay, PaymentsFreshness])
class TestConsole:
    @pytest.fixture
    def staff(self, world, client_of):
        computed_desk(world.business, as_of=timezone.now(), days=40)
        return client_of(User.objects.create_superuser("staff@example.com", "correct-horse-battery", name="Staff"))

    def test_lists_and_shows_rows(self, staff, model):
        name = model._meta.model_name
        assert staff.get(reverse(f"admin:analytics_{name}_changelist")).status_code == 200
        key = model.objects.first().pk
        assert staff.get(reverse(f"admin:analytics_{name}_change", args=[key])).status_code == 200

    def test_changes_nothing(self, staff, model, rf):
        shown = admin.site._registry[model]
        assert not shown.has_add_permission(rf.get("/"))
        assert not shown.has_change_permission(rf.get("/"))
        assert not shown.has_delete_permission(rf.get("/"))
