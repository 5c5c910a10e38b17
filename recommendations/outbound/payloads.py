"""What goes out: enough to act on without asking back, at most twenty kilobytes; and the same in words for Slack."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from django.conf import settings
from django.urls import reverse

from accounts.models import Business
from analytics.figures import from_json
from analytics.registry import METRICS, metric_of
from recommendations.events import AdviceEvent
from recommendations.models import Notification
from recommendations.wording import clean, printed

MOST_BYTES = 20_000
MOST_FIGURES = 20
TEST_EVENT = "test.message"
#: What can be chosen, in the order of the form. Kinds that are not listed go to endpoints that want everything.
EVENTS = {
    "recommendation.created": "A recommendation is new",
    "recommendation.updated": "Its evidence changed",
    "recommendation.accepted": "It was accepted",
    "recommendation.dismissed": "It was dismissed",
    "recommendation.done": "It was done",
    "recommendation.outcome": "Its effect was measured",
    "alert.raised": "Something needs attention",
    "alert.resolved": "That is over",
}


def of_advice(event: AdviceEvent) -> tuple[str, dict[str, Any]]:
    """The event's name and its message. Figures are left out, last first, until it is small enough."""
    outcome = event.outcome
    data: dict[str, Any] = {
        "id": str(event.recommendation_id),
        "rule": event.rule,
        "desk": event.desk,
        "title": clean(event.title, limit=300),
        "status": event.status,
        "priority": event.priority,
        "revision": event.revision,
        "deadline": event.deadline.isoformat() if event.deadline else None,
        "reason": clean(event.reason, limit=300),
        "url": _address(event.business, "recommendations:detail", recommendation=event.recommendation_id),
        "figures": [_figure(body) for body in event.figures[:MOST_FIGURES] if body.get("metric") in METRICS],
    }
    if outcome is not None:
        numbers = {"effect": outcome.effect, "low": outcome.low, "high": outcome.high}
        data["outcome"] = {"result": outcome.result, "metric": outcome.metric} | {
            name: None if value is None else str(value) for name, value in numbers.items()
        }
    while data["figures"] and len(json.dumps(data)) > MOST_BYTES:
        data["figures"].pop()
    name = f"recommendation.{event.kind}"
    return name, message(name, event.business, data, at=event.at)


def of_alert(business: Business, row: Notification, *, at: datetime, raised: bool) -> tuple[str, dict[str, Any]]:
    name = "alert.raised" if raised else "alert.resolved"
    url = _address(business, "recommendations:alerts")
    data = {"id": str(row.pk), "title": row.title, "text": row.text, "kind": row.kind, "url": url}
    return name, message(name, business, data, at=at)


def message(name: str, business: Business, data: dict[str, Any], *, at: datetime) -> dict[str, Any]:
    """The frame of every message: what, when, about whom."""
    about = {"id": str(business.pk), "name": clean(business.name)}
    return {"type": name, "timestamp": at.isoformat(), "business": about, "data": data}


def for_slack(payload: dict[str, Any]) -> dict[str, Any]:
    """The message as Slack's blocks: title, what happened, figures as people read them, a button that opens it."""
    data = payload["data"]
    lines = [f"*{_mrkdwn(data.get('title', ''))}*", _mrkdwn(EVENTS.get(payload["type"], payload["type"]))]
    lines += [f"{_mrkdwn(one['label'])}: {_mrkdwn(one['printed'])}" for one in data.get("figures", [])[:5]]
    if data.get("text"):
        lines.append(_mrkdwn(data["text"]))
    text = "\n".join(line for line in lines if line)
    blocks: list[dict[str, Any]] = [{"type": "section", "text": {"type": "mrkdwn", "text": text[:2900]}}]
    if data.get("url"):
        button = {"type": "button", "text": {"type": "plain_text", "text": "Open"}, "url": data["url"]}
        blocks.append({"type": "actions", "elements": [button]})
    return {"text": f"{payload['business']['name']}: {data.get('title', payload['type'])}"[:300], "blocks": blocks}


def _figure(body: dict[str, Any]) -> dict[str, Any]:
    figure = from_json(body)
    known = metric_of(figure.metric)
    return {
        "metric": figure.metric, "label": known.label, "value": body["value"], "unit": str(known.unit),
        "currency": figure.currency, "n": figure.n, "printed": printed(figure),
    }  # fmt: skip


def _address(business: Business, name: str, **kwargs: Any) -> str:
    return str(settings.BASE_URL) + reverse(name, kwargs={"business": business.slug, **kwargs})


def _mrkdwn(text: str) -> str:
    """Slack reads these three characters as its own."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
