from __future__ import annotations

import pytest
from django.utils import timezone

from accounts.testing.pages import FiveQuestions
from analytics.testing.desk import computed_desk


class TestReadinessPage(FiveQuestions):
    url = "payments:readiness"
    queries = 99

    @pytest.fixture(autouse=True)
    def _desk(self, world):
        computed_desk(world.business, as_of=timezone.now(), days=60)
