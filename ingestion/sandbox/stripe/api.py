"""The `/v1` part: who asks, for whom, for what."""

from __future__ import annotations

import base64
import binascii

from ingestion.sandbox.stripe.lists import ALIASES, COMMON, RESOURCES, check_names, envelope, expand, list_objects
from ingestion.sandbox.stripe.shop import Shop
from ingestion.sandbox.stripe.wire import Answer, ApiError, Request, missing
from ingestion.sandbox.stripe.world import World
from ingestion.sandbox.timeline import JSON


def answer_api(world: World, request: Request) -> Answer:
    """Answer one `/v1` request; ApiError carries every refusal."""
    account = world.subject(key_of(request), request.account)
    if request.method != "GET":
        raise _unknown(request)
    path = request.path.rstrip("/")
    for old, new in ALIASES.items():
        if path.startswith(old):
            path = new + path.removeprefix(old)
    if path == "/v1/account":
        return Answer(payload=_account(world, account))
    if path.startswith("/v1/accounts"):
        return Answer(payload=_other_account(world, account, path.removeprefix("/v1/accounts").strip("/")))
    if not account:
        return _platform_only(path, request)
    return Answer(payload=_of_shop(world.shop(account), path, request))


def key_of(request: Request) -> str:
    """The secret key of a request: Bearer, or Basic with the key as user name."""
    kind, _, value = request.headers.get("authorization", "").partition(" ")
    if kind.lower() == "bearer":
        return value.strip()
    if kind.lower() == "basic":
        try:
            return base64.b64decode(value).decode().partition(":")[0]
        except (binascii.Error, UnicodeDecodeError):
            return ""
    return ""


def _of_shop(shop: Shop, path: str, request: Request) -> JSON:
    form = request.form
    if path == "/v1/balance":
        return shop.balance()
    if path == "/v1/events":
        return shop.log.page(form, at=shop.at)
    if path in RESOURCES:
        page = list_objects(shop.store, RESOURCES[path], form, at=shop.at)
        return expand(shop.store, page, form, listed=True)
    parent, _, name = path.rpartition("/")
    if parent == "/v1/events":
        return shop.log.find(name, at=shop.at).body()
    if parent in RESOURCES:
        return _retrieve(shop, parent, name, form)
    raise _unknown(request)


def _retrieve(shop: Shop, parent: str, name: str, form: JSON) -> JSON:
    resource = RESOURCES[parent]
    check_names(form, frozenset({"expand"}))
    found = shop.store.table(resource.kind).find(name)
    if found is None:
        raise missing(resource.noun, name)
    return expand(shop.store, shop.store.view(shop.at)(found), form, listed=False)


def _account(world: World, account: str) -> JSON:
    if account:
        return world.shop(account).account_object()
    return {
        "id": world.platform,
        "object": "account",
        "business_profile": {"name": "Bellwether"},
        "charges_enabled": True,
        "country": "DE",
        "default_currency": "eur",
        "details_submitted": True,
        "email": "platform@example.com",
        "payouts_enabled": True,
        "settings": {"dashboard": {"display_name": "Bellwether", "timezone": "Etc/UTC"}},
        "type": "standard",
    }


def _other_account(world: World, account: str, name: str) -> JSON:
    """`/v1/accounts/<id>` for oneself or a connected account; the bare list shows the connected ones."""
    if not name:
        if account:
            raise ApiError("Only platforms can list accounts.", status=403)
        return envelope("/v1/accounts", [_account(world, one) for one in sorted(world.memory.connected)], False)
    mine = account or world.platform
    if name == mine:
        return _account(world, account)
    if not account and name in world.memory.connected:
        return _account(world, name)
    raise ApiError(
        f"The provided key does not have access to account '{name}' (or that account does not exist). "
        "Application access may have been revoked.",
        status=403,
        code="account_invalid",
    )


def _platform_only(path: str, request: Request) -> Answer:
    """The platform sells nothing here: its lists are empty."""
    if path == "/v1/balance":
        return Answer(payload={"object": "balance", "available": [], "livemode": False, "pending": []})
    if path in RESOURCES or path == "/v1/events":
        known: frozenset[str] = RESOURCES[path].filters if path in RESOURCES else frozenset({"type", "types"})
        check_names(request.form, COMMON | known | {"delivery_success"})
        return Answer(payload=envelope(path, [], False))
    parent, _, name = path.rpartition("/")
    if parent in RESOURCES:
        raise missing(RESOURCES[parent].noun, name)
    raise _unknown(request)


def _unknown(request: Request) -> ApiError:
    return ApiError(
        f"Unrecognized request URL ({request.method}: {request.path}). Please see https://stripe.com/docs or we can "
        "help at https://support.stripe.com/.",
        status=404,
    )
