"""Activation for API clients: ask for a link, and trade its token for a log-in."""

from __future__ import annotations

from typing import Literal
from uuid import UUID

from ninja import Field, Router, Schema
from ninja.responses import Status

from accounts.api.schemas import TokensOut
from accounts.ratelimit import rate_limited
from accounts.requests import BusinessRequest
from accounts.tenancy import bind
from accounts.tokens import issue_tokens
from billing.activation import services
from billing.activation.asking import ask
from billing.activation.views import first_step

router = Router(tags=["activation"])


class StartIn(Schema):
    order: str = Field(max_length=40)
    email: str = Field(max_length=254)


class StartOut(Schema):
    """The same for every order and address."""

    state: Literal["accepted"] = "accepted"
    message: str = "If this order was paid with this address, a mail is on its way."


class VerifyIn(Schema):
    token: str = Field(min_length=20, max_length=200)


class VerifyOut(Schema):
    """The business that the order opened, a log-in for it, and the page where the first statement goes."""

    business_id: UUID
    business: str
    slug: str
    upload_path: str
    login: TokensOut


@router.post("/start", auth=None, response={202: StartOut}, summary="Mail a link for an order")
@rate_limited("api_activation_start", limit="10/h", by="ip")
def start(request: BusinessRequest, body: StartIn) -> Status:
    """A subscription gets its activation link, a one-off order the address of its page; anything else gets nothing."""
    ask(number=body.order, email=body.email)
    return Status(202, StartOut())


@router.post("/verify", auth=None, response=VerifyOut, summary="Use a link's token")
@rate_limited("api_activation_verify", limit="30/h", by="ip")
def verify(request: BusinessRequest, body: VerifyIn) -> VerifyOut:
    """Makes the business and its owner, once. Who has an account already opens the link in a browser and signs in
    there: the answer is then 401 `sign_in_first`, and the token stays good."""
    done = services.activate(body.token, visitor=None, now=request.now)
    bind(business=done.business, user=done.user)
    tokens = TokensOut.of(issue_tokens(done.user, now=request.now))
    return VerifyOut(
        business_id=done.business.pk, business=done.business.name, slug=done.business.slug,
        upload_path=first_step(done.business), login=tokens,
    )  # fmt: skip
