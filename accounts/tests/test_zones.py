"""Pages show times in the business's own zone, and leave no zone behind."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from django.utils import timezone

from accounts.access import enter
from accounts.middleware import request_id
from accounts.tenancy import tenant_transaction
from accounts.testing.world import World


def test_a_page_is_in_the_zone_of_its_business_and_the_next_request_is_not(world: World) -> None:
    zones: list[str] = []

    def page(request: HttpRequest) -> HttpResponse:
        request.user = world.owner
        with tenant_transaction(user_id=world.owner.pk):
            enter(request, slug="acme", permission="read:analytics")
        zones.append(timezone.get_current_timezone_name())
        return HttpResponse()

    request_id(page)(RequestFactory().get("/"))
    zones.append(timezone.get_current_timezone_name())
    assert zones == ["Europe/Berlin", "UTC"]
