"""The caller's own profile."""

from __future__ import annotations

from ninja import Router

from accounts.api.auth import calling_user
from accounts.api.schemas import ProfileIn, UserOut
from accounts.people import update_profile
from accounts.requests import BusinessRequest

router = Router(tags=["users"])


@router.get("/me", response=UserOut, summary="The caller and their businesses")
def me(request: BusinessRequest) -> UserOut:
    return UserOut.of(calling_user(request))


@router.patch("/me", response=UserOut, summary="Change the profile")
def update_me(request: BusinessRequest, body: ProfileIn) -> UserOut:
    person = calling_user(request)
    return UserOut.of(update_profile(person, **body.dict(exclude_unset=True)))
