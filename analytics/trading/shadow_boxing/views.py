"""The face of Shadow Boxing: one programme in full, beside the table of all; and the button that plays it anew."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from accounts.access import desk_view
from accounts.errors import NotYours
from accounts.events import record
from accounts.requests import BusinessRequest
from analytics.trading.accounts import asked_account, chosen_account
from analytics.trading.faces import Shown, Table, face, render_face
from analytics.trading.inference.stat import decimal, minor
from analytics.trading.shadow_boxing.catalogue import in_force
from analytics.trading.shadow_boxing.module import SHADOW_BOXING, ShadowBoxing
from analytics.trading.shadow_boxing.rule_set import RuleSet
from analytics.trading.shadow_boxing.study import Programme
from analytics.trading.shadow_boxing.wording import (
    CAUSES,
    VERDICTS,
    assumptions,
    changed,
    outcome,
    rule_lines,
    verdict_sentence,
)
from analytics.trading.tasks import recompute_later

STRIP = ("pass_chance", "fail_chance", "open_chance", "pass_sessions", "safe_size", "room")
PASS, SURVIVE = "Chance to pass", "Chance to survive"


def context(shown: Shown[ShadowBoxing], *, chosen: str = "") -> dict[str, Any]:
    """The page. Errors: NotYours for a programme the result does not know."""
    result = shown.result
    assert result is not None
    newest = {(one.key, one.phase): one for one in in_force()}
    one = result.programme(chosen) if chosen else next(iter(result.programmes), None)
    if one is None and chosen:
        raise NotYours("There is no such programme.")
    rows = [_row(shown, listed, newest, is_chosen=listed is one) for listed in result.programmes]
    listing = {"rows": rows, "any_changed": any(row["changed"] for row in rows), "programme": None}
    return listing | (_chosen(shown, result, one, newest) if one else {})


def _chosen(
    shown: Shown[ShadowBoxing], result: ShadowBoxing, one: Programme, newest: dict[tuple[str, int], RuleSet]
) -> dict[str, Any]:
    keys = [f"trading.{name}:{one.key}" for name in STRIP]
    return {
        "programme": one,
        "verdict": outcome(one.last) | {"sentence": verdict_sentence(one)},
        "strip": shown.cells(*keys)[:5],
        "room": [_point(point, one) for point in one.last.points],
        "cards": [{"rules": rules, "lines": list(rule_lines(rules))} for rules in one.rules],
        "changes": _changes(one, newest),
        "sizes": _sizes(one),
        "ways": _ways(one),
        "assumptions": list(assumptions(one, currency=result.currency, intratrade=result.intratrade)),
        "rolling": {name: decimal(getattr(one.rolling, name)) for name in ("passed", "failed", "open")},
        "stressed": decimal(one.stressed),
    }


def _point(point: Any, one: Programme) -> dict[str, Any]:
    daily = None if point.daily_floor is None else minor(point.daily_floor, one.currency)
    amounts = {name: minor(getattr(point, name), one.currency) for name in ("balance", "low", "floor")}
    return {"day": point.day, "daily_floor": daily, **amounts}


def _changes(one: Programme, newest: dict[tuple[str, int], RuleSet]) -> list[dict[str, Any]]:
    """Phases of which a newer version is in force than the one that was played, and what differs."""
    pairs = [(old, newest.get((old.key, old.phase))) for old in one.rules]
    return [
        {"old": old, "new": new, "rows": changed(old, new)} for old, new in pairs if new and new.version > old.version
    ]


def _sizes(one: Programme) -> list[dict[str, Any]]:
    if one.chances is None:
        return []
    return [
        {"size": decimal(at.size), "passed": decimal(at.passed), "failed": decimal(at.failed)}
        for at in one.chances.sizes
    ]


def _ways(one: Programme) -> list[dict[str, Any]]:
    """How the futures ended: each rule that failed any, with its interval."""
    if one.chances is None:
        return []
    ways = [("still open", one.chances.open), *((CAUSES[cause], chance) for cause, chance in one.chances.failed)]
    if one.has_target:
        ways.insert(0, ("passed", one.chances.passed))
    return [
        {"label": label, "p": decimal(way.p), "low": decimal(way.low), "high": decimal(way.high),
         "error": decimal(way.error)}
        for label, way in ways if way.p or (way.high or 0)
    ]  # fmt: skip


def _row(
    shown: Shown[ShadowBoxing], one: Programme, newest: dict[tuple[str, int], RuleSet], *, is_chosen: bool
) -> dict[str, Any]:
    address = reverse("trading:shadow-boxing-programme", args=[shown.business.slug, one.key])
    found = one.chances
    chance = None if found is None else found.passed if one.has_target else found.open
    return {
        "programme": one,
        "verdict": outcome(one.last),
        "url": address + shown.account_query,
        "chosen": is_chosen,
        "p": decimal(chance.p) if chance else None,
        "low": decimal(chance.low) if chance else None,
        "high": decimal(chance.high) if chance else None,
        "meaning": PASS if one.has_target else SURVIVE,
        "fails": decimal(found.fail) if found else None,
        "versions": ", ".join(str(rules.version) for rules in one.rules),
        "changed": bool(_changes(one, newest)),
    }


def table(result: ShadowBoxing) -> Table:
    """One row a programme."""
    header = ("programme", "size", "currency", "versions", "disputed", "verdict", "cause", "decision", "at",
              "chance_to_pass", "low", "high", "chance_to_fail", "still_open")  # fmt: skip
    return Table(header, [_cells(one) for one in result.programmes])


def _cells(one: Programme) -> list[Any]:
    found, last = one.chances, one.last
    shares: list[float | None] = [None] * 5
    if found is not None:
        passed = (found.passed.p, found.passed.low, found.passed.high) if one.has_target else (None, None, None)
        shares = [*passed, found.fail, found.open.p]
    versions = " ".join(str(rules.version) for rules in one.rules)
    return [
        one.title, one.size, one.currency, versions, "yes" if one.disputed else "no", VERDICTS[last.verdict],
        CAUSES[last.cause], last.decision, last.at, *shares,
    ]  # fmt: skip


FACE = face(
    SHADOW_BOXING, "shadow-boxing", icon="shield", order=80, context=context, table=table,
    also=("trading:shadow-boxing-programme",),
)  # fmt: skip


@require_safe
@desk_view("trading", permission="read:analytics")
def programme_page(request: BusinessRequest, programme: str) -> HttpResponse:
    """The same page with another programme in full."""
    return render_face(request, replace(FACE, context=partial(context, chosen=programme)))


@require_POST
@desk_view("trading", permission="write:recommendations")
def play_again(request: BusinessRequest) -> HttpResponse:
    """Compute the account anew, against the rules that are in force now."""
    account = chosen_account(request.business, asked_account(request))
    recompute_later(account, now=request.now)
    record("trading.shadow_boxing.asked_again", business=request.business, actor=request.user, subject=account)
    messages.success(request, "The account is being played against the newest rules.")
    return redirect(
        reverse("trading:shadow-boxing", kwargs={"business": request.business.slug}) + f"?account={account.pk}"
    )
