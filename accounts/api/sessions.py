"""Signing up, in and out for API clients."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from ninja import Router
from ninja.responses import Status

from accounts import people, tokens
from accounts.api.auth import calling_user
from accounts.api.schemas import (
    EmailIn,
    ErrorOut,
    LogInIn,
    RefreshIn,
    SignUpIn,
    SignUpOut,
    TokensOut,
    UserOut,
    VerifyIn,
)
from accounts.errors import NotSignedIn
from accounts.models import User
from accounts.problems import problem_body
from accounts.ratelimit import rate_limited
from accounts.requests import BusinessRequest
from accounts.tenancy import bind

router = Router(tags=["auth"])


@router.post("/signup", auth=None, response={201: SignUpOut}, summary="Create an account")
@rate_limited("api_signup", limit="20/h", by="ip")
def sign_up(request: BusinessRequest, body: SignUpIn) -> Status:
    """Mails a code; /auth/verify takes it and gives the tokens. The answer does not tell if the address is known."""
    people.sign_up(email=body.email, password=body.password, name=body.name, now=request.now)
    shown = UserOut(id=None, email=body.email.strip().lower(), name=body.name.strip())
    return Status(201, SignUpOut(user=shown))


@router.post("/verify", auth=None, response=TokensOut, summary="Prove the address by its code")
@rate_limited("api_verify", limit="60/h", by="ip")
def verify(request: BusinessRequest, body: VerifyIn) -> TokensOut:
    return _signed_in(request, people.verify_email(email=body.email, code=body.code, now=request.now))


@router.post("/code", auth=None, response={202: None}, summary="Mail the code once more")
@rate_limited("api_code", limit="20/h", by="ip")
def code(request: BusinessRequest, body: EmailIn) -> Status:
    people.mail_code_again(email=body.email, now=request.now)
    return Status(202, None)


@router.post("/login", auth=None, response=TokensOut, summary="Log in")
@rate_limited("api_login", limit="30/m", by="ip")
def log_in(request: BusinessRequest, body: LogInIn) -> TokensOut:
    """With a second factor set up, `totp` is needed: without it the answer is 401 `totp_required`."""
    person = people.log_in(request, email=body.email, password=body.password, totp=body.totp, now=request.now)
    return _signed_in(request, person)


@router.post("/refresh", auth=None, response={200: TokensOut, 401: ErrorOut}, summary="Trade a refresh token")
@rate_limited("api_refresh", limit="60/m", by="ip")
def refresh(request: BusinessRequest, body: RefreshIn) -> TokensOut | Status:
    """Each refresh token works once. Using one again ends the log-in it came from."""
    pair = tokens.rotate_tokens(body.refresh_token, now=request.now)
    if pair is None:
        # Answered, not raised: ending the family of a reused token must be kept.
        problem = NotSignedIn("This refresh token does not work (any more). Log in again.", code="invalid_token")
        return Status(401, problem_body(problem))
    bind(user=pair.user)
    return TokensOut.of(pair)


@router.post("/logout", auth=None, response={204: None}, summary="End a log-in")
def log_out(request: BusinessRequest, body: RefreshIn) -> Status:
    """The refresh token and all that came from the same log-in stop working; an access token runs out by itself."""
    tokens.revoke_tokens(body.refresh_token, now=request.now)
    return Status(204, None)


@router.get("/me", response=UserOut, summary="Who am I")
def me(request: BusinessRequest) -> UserOut:
    return UserOut.of(calling_user(request))


@router.get("/callback/google", auth=None, response={302: None}, summary="Return from Google")
def google_callback(request: BusinessRequest) -> HttpResponse:
    """Hands over to the page that finishes the sign-in; its session is what the browser then uses."""
    target = reverse("google_callback")
    query = request.META.get("QUERY_STRING", "")
    return redirect(f"{target}?{query}" if query else target)


def _signed_in(request: BusinessRequest, person: User) -> TokensOut:
    bind(user=person)
    return TokensOut.of(tokens.issue_tokens(person, now=request.now))
