"""Connect Standard OAuth: a page to say yes or no, codes for tokens, and the way out again."""

from __future__ import annotations

from html import escape
from typing import Final
from urllib.parse import urlencode, urlsplit

from ingestion.sandbox.stripe.api import key_of
from ingestion.sandbox.stripe.wire import Answer, OAuthError, Request
from ingestion.sandbox.stripe.world import CLIENT_ID, CODE_LASTS, SECRET_KEY, World
from ingestion.sandbox.timeline import JSON
from ingestion.sandbox.variants import PROFILES

SCOPES: Final = frozenset({"read_only", "read_write"})
HIDDEN: Final = ("client_id", "response_type", "scope", "state", "redirect_uri")
STYLE: Final = """
body{font:16px/1.5 system-ui,sans-serif;max-width:34rem;margin:3rem auto;padding:0 1rem;color:#1c2430;background:#fff}
h1{font-size:1.4rem}fieldset{border:1px solid #cfd6df;border-radius:.5rem;padding:1rem}
label{display:block;padding:.4rem 0}small{color:#55606e;display:block;padding-left:1.6rem}
button{font:inherit;padding:.55rem 1.1rem;border-radius:.4rem;border:1px solid #1f5fbf;background:#1f5fbf;color:#fff}
button[value=refuse]{background:#fff;color:#1c2430;border-color:#8a94a0}
@media(prefers-color-scheme:dark){body{background:#141a21;color:#e6ebf1}small{color:#a7b2bf}}
"""


def answer_oauth(world: World, request: Request) -> Answer:
    """Answer one `/oauth` request; OAuthError carries every refusal."""
    if request.path == "/oauth/authorize":
        return _decide(world, request) if request.method == "POST" else _ask(world, request)
    if request.path == "/oauth/token" and request.method == "POST":
        return _token(world, request)
    if request.path == "/oauth/deauthorize" and request.method == "POST":
        return _deauthorize(world, request)
    raise OAuthError("invalid_request", f"Unrecognized request URL ({request.method}: {request.path}).", status=404)


# --- the page ---


def _ask(world: World, request: Request) -> Answer:
    """The page on which the owner chooses a company and connects it, or refuses."""
    form = _checked(world, request.form)
    fields = "".join(
        f'<input type="hidden" name="{name}" value="{escape(str(form.get(name, "")))}">' for name in HIDDEN
    )
    offered = [(account, variant) for account, variant in world.accounts.items() if PROFILES[variant].listed]
    choices = "".join(_choice(account, variant, first=number == 0) for number, (account, variant) in enumerate(offered))
    first = PROFILES[offered[0][1]].name
    page = f"""<!doctype html><html lang="en"><meta charset="utf-8"><title>Sandbox: connect a Stripe account</title>
<meta name="viewport" content="width=device-width"><style>{STYLE}</style>
<h1>Sandbox: connect {escape(first)} or another company</h1>
<p>Bellwether asks for <strong>{escape(str(form["scope"]).replace("_", " "))}</strong> access. No real Stripe account
is involved; these companies are simulated.</p>
<form method="post" action="/oauth/authorize">{fields}<fieldset><legend>Company</legend>{choices}</fieldset>
<p><button name="decision" value="connect">Connect</button> <button name="decision" value="refuse">Refuse</button></p>
</form></html>"""
    return Answer(text=page, content_type="text/html; charset=utf-8")


def _choice(account: str, variant: str, *, first: bool) -> str:
    profile = PROFILES[variant]
    checked = " checked" if first else ""
    return (
        f'<label><input type="radio" name="account" value="{account}" data-variant="{variant}"{checked}> '
        f"{escape(profile.name)}<small>{escape(profile.blurb)}</small></label>"
    )


def _decide(world: World, request: Request) -> Answer:
    form = _checked(world, request.form)
    back: JSON = {"state": form["state"]} if form.get("state") else {}
    if form.get("decision") != "connect":
        back |= {"error": "access_denied", "error_description": "The user denied your request"}
        return _redirect(form["redirect_uri"], back)
    try:
        account = world.account_of(str(form.get("account", "")))
    except ValueError as error:
        raise OAuthError("invalid_request", str(error)) from None
    return _redirect(
        form["redirect_uri"], back | {"scope": form["scope"], "code": world.issue_code(account, form["scope"])}
    )


def _checked(world: World, given: JSON) -> JSON:
    """The parameters of an authorisation request, with defaults; what cannot be sent back is refused on the spot."""
    form = {"scope": "read_only", **given}
    if form.get("client_id") != CLIENT_ID:
        raise OAuthError(
            "invalid_client", f"No application matches the supplied client identifier: {given.get('client_id')}"
        )
    if form.get("response_type") != "code":
        raise OAuthError("unsupported_response_type", "response_type must be 'code'.")
    if form["scope"] not in SCOPES:
        raise OAuthError("invalid_scope", f"Invalid scope provided: {form['scope']}")
    form.setdefault("redirect_uri", world.redirect_uris[0] if world.redirect_uris else "")
    target = urlsplit(form["redirect_uri"])
    unknown = world.redirect_uris and form["redirect_uri"] not in world.redirect_uris
    if target.scheme not in ("http", "https") or not target.netloc or unknown:
        raise OAuthError("invalid_redirect_uri", f"Invalid redirect URI '{form['redirect_uri']}'.")
    return form


def _redirect(target: str, parameters: JSON) -> Answer:
    glue = "&" if urlsplit(target).query else "?"
    return Answer(302, headers={"Location": f"{target}{glue}{urlencode(parameters)}"})


# --- tokens ---


def _token(world: World, request: Request) -> Answer:
    _authenticate(world, request)
    grant = request.form.get("grant_type", "")
    if grant == "authorization_code":
        return Answer(payload=_exchange(world, request.form))
    if grant == "refresh_token":
        return Answer(payload=_refresh(world, request.form))
    if not grant:
        raise OAuthError("invalid_request", "No grant type specified")
    raise OAuthError("unsupported_grant_type", f"Unsupported grant type: {grant}")


def _exchange(world: World, form: JSON) -> JSON:
    name = str(form.get("code", ""))
    if not name:
        raise OAuthError("invalid_request", "No authorization code provided")
    code = world.codes.get(name)
    if code is None:
        raise OAuthError("invalid_grant", f"Authorization code does not exist: {name}")
    if code.used:
        if code.account in world.memory.connected:
            world.tell_later(world.disconnect(code.account))
        raise OAuthError(
            "invalid_grant",
            "This authorization code has already been used. All tokens issued with this code have been revoked.",
        )
    if world.clock() - code.issued_at > CODE_LASTS:
        raise OAuthError("invalid_grant", f"Authorization code expired: {name}")
    if form.get("scope") and form["scope"] != code.scope:
        raise OAuthError("invalid_scope", f"The scope {form['scope']} was not granted.")
    code.used = True
    world.connect(code.account, code.scope)
    return _issued(world, code.account)


def _refresh(world: World, form: JSON) -> JSON:
    token = str(form.get("refresh_token", ""))
    account = world.memory.tokens.get(token.removeprefix("rt_"))
    if account is None or not token.startswith("rt_"):
        raise OAuthError("invalid_grant", f"Refresh token does not exist: {token}")
    return _issued(world, account)


def _issued(world: World, account: str) -> JSON:
    scope = world.memory.connected[account]
    mode = "live" if world.livemode else "test"
    token = world.fresh_id(f"{'rk' if scope == 'read_only' else 'sk'}_{mode}")
    world.memory.tokens[token] = account
    world.on_change(world.memory)
    return {
        "access_token": token,
        "livemode": world.livemode,
        "refresh_token": f"rt_{token}",
        "scope": scope,
        "stripe_publishable_key": f"pk_{mode}_{account.removeprefix('acct_')}",
        "stripe_user_id": account,
        "token_type": "bearer",
    }


def _deauthorize(world: World, request: Request) -> Answer:
    _authenticate(world, request)
    if request.form.get("client_id") != CLIENT_ID:
        raise OAuthError("invalid_client", "No such application", status=401)
    account = str(request.form.get("stripe_user_id", ""))
    if account not in world.memory.connected:
        raise OAuthError(
            "invalid_client",
            f"This application is not connected to stripe account {account}, or that account does not exist.",
            status=401,
        )
    world.tell_later(world.disconnect(account))
    return Answer(payload={"stripe_user_id": account})


def _authenticate(world: World, request: Request) -> None:
    """The platform's key, as bearer or as `client_secret`."""
    if SECRET_KEY not in (key_of(request), request.form.get("client_secret")):
        raise OAuthError("invalid_client", "Invalid API Key provided", status=401)
