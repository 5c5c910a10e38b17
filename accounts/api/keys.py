"""API keys of a business. A key cannot make keys: these calls need a person."""

from __future__ import annotations

from uuid import UUID

from ninja import Router
from ninja.responses import Status

from accounts import keys
from accounts.access import api_business
from accounts.api.auth import calling_user
from accounts.api.schemas import KeyIn, KeyOut, KeysOut, NewKeyOut
from accounts.requests import BusinessRequest

router = Router(tags=["API keys"])


@router.get("/{business_id}/keys", response=KeysOut, summary="Keys")
def list_keys(request: BusinessRequest, business_id: UUID) -> KeysOut:
    calling_user(request)
    business = api_business(request, business_id, permission="write:keys")
    return KeysOut(keys=[KeyOut.of(key) for key in keys.keys_of(business)])


@router.post("/{business_id}/keys", response={201: NewKeyOut}, summary="Create a key")
def create_key(request: BusinessRequest, business_id: UUID, body: KeyIn) -> Status:
    """The answer holds the key's text, this once."""
    actor = calling_user(request)
    business = api_business(request, business_id, permission="write:keys")
    made = keys.create_key(
        business, name=body.name, scopes=body.scopes, expires_at=body.expires_at, actor=actor, now=request.now
    )
    return Status(201, NewKeyOut(key=KeyOut.of(made.key), text=made.text))


@router.delete("/{business_id}/keys/{key_id}", response={204: None}, summary="Revoke a key")
def revoke_key(request: BusinessRequest, business_id: UUID, key_id: int) -> Status:
    actor = calling_user(request)
    business = api_business(request, business_id, permission="write:keys")
    keys.revoke_key(business, key_id=key_id, actor=actor, now=request.now)
    return Status(204, None)
