"""Every component in every state, on one page, in development only. Also what the browser tests look at."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from accounts.changes import change
from accounts.icons import ICONS
from accounts.models import Business, Desk
from accounts.navigation import NavGroup, NavItem
from accounts.periods import asked_period, parse_period

AS_OF = datetime(2026, 6, 15, 12, tzinfo=UTC)
MONTHS = [date(2025 + (6 + i) // 12, (6 + i) % 12 + 1, 1) for i in range(12)]
NET = [
    1_412_050,
    1_388_400,
    1_502_310,
    1_466_900,
    1_731_880,
    1_904_420,
    1_488_100,
    1_520_640,
    1_655_200,
    1_702_950,
    1_788_310,
    1_842_030,
]

REVENUE: dict[str, Any] = {
    "usermeta": {
        "columns": [
            {"field": "month", "label": "Month", "unit": "month"},
            {"field": "net", "label": "Net revenue", "unit": "money"},
        ]
    },
    "mark": {"type": "bar", "tooltip": True},
    "encoding": {
        "x": {"field": "month", "type": "ordinal", "timeUnit": "yearmonth", "axis": {"format": "%b"}},
        "y": {"field": "net", "type": "quantitative", "axis": {"format": "$~s"}},
        "tooltip": [
            {"field": "month", "type": "temporal", "format": "%B %Y", "title": "Month"},
            {"field": "net", "type": "quantitative", "format": "$,.2f", "title": "Net revenue"},
        ],
    },
}
TREND: dict[str, Any] = {
    "usermeta": {
        "columns": [
            {"field": "month", "label": "Month", "unit": "month"},
            {"field": "score", "label": "Score", "unit": "points"},
        ]
    },
    "encoding": {
        "x": {"field": "month", "type": "temporal", "axis": {"format": "%b"}},
        "y": {
            "field": "score",
            "type": "quantitative",
            "scale": {"domain": [0, 100]},
            "axis": {"values": [0, 40, 60, 80, 100], "labelOverlap": False},
        },
    },
    "layer": [{"mark": {"type": "line"}}, {"mark": {"type": "point", "tooltip": True}}],
}
TWO: dict[str, Any] = {
    "usermeta": {
        "columns": [
            {"field": "month", "label": "Month", "unit": "month"},
            {"field": "brand", "label": "Brand"},
            {"field": "rate", "label": "Dispute rate", "unit": "rate"},
        ]
    },
    "mark": {"type": "line", "point": False, "tooltip": True},
    "encoding": {
        "x": {"field": "month", "type": "temporal", "axis": {"format": "%b"}},
        "y": {"field": "rate", "type": "quantitative", "axis": {"format": ".1%"}},
        "color": {"field": "brand", "type": "nominal"},
    },
}
PARTS = [
    ("Revenue stability", "Monthly net varies by 18% around its trend", 88, "13.20", 15),
    ("Activity", "Weekly charges vary by 30%", 83, "8.25", 10),
    ("History", "14 complete months", 88, "13.12", 15),
    ("Growth", "+12% on the same three months a year before", 77, "11.55", 15),
    ("Scale", "$18,000.00 a month", 84, "8.35", 10),
    ("Disputes", "6 of 2,400 payments", 87, "13.10", 15),
    ("Customers", "900 in 90 days; the largest brings 3%", 99, "9.95", 10),
    ("Refunds", "3.5% of gross", 90, "4.50", 5),
    ("Payouts", "None failed; a payout every day", 96, "4.80", 5),
]


class SampleForm(forms.Form):
    """One field of each kind; bound with mistakes to show them."""

    name = forms.CharField(label="Business name", max_length=40)
    currency = forms.ChoiceField(choices=[("usd", "US dollar"), ("eur", "Euro")])
    founded_on = forms.DateField(required=False, widget=forms.DateInput(attrs={"type": "date"}))
    about = forms.CharField(required=False, widget=forms.Textarea, help_text="Two sentences are enough.")
    digest = forms.BooleanField(required=False, label="Send me a digest each morning")
    role = forms.ChoiceField(choices=[("analyst", "Analyst"), ("viewer", "Viewer")], widget=forms.RadioSelect)
    file = forms.FileField(required=False)


@dataclass(frozen=True)
class Point:
    """A place on the timeline."""

    title: str
    text: str
    tone: str
    at: datetime
    url: str = ""


def styleguide(request: HttpRequest) -> HttpResponse:
    """The living style page, dressed as a member of a made-up business would see it."""
    _dress(request)
    return render(request, "styleguide/page.html", {**_shell(request), **_numbers(), **_lists()})


def _dress(request: HttpRequest) -> None:
    """A business that exists nowhere, and no member: so no fragment of a higher app is asked for."""
    business = Business(
        name="Northwind Supply", slug="northwind", currency="usd", time_zone="Europe/Berlin", is_demo=True
    )
    request.business = business  # type: ignore[attr-defined]
    request.now = AS_OF  # type: ignore[attr-defined]
    request.period = parse_period(asked_period(request.GET), as_of=AS_OF, zone=business.time_zone)  # type: ignore[attr-defined]


def _shell(request: HttpRequest) -> dict[str, Any]:
    desk = [
        ("Readiness", "readiness"),
        ("Metrics", "metrics"),
        ("Recommendations", "recommendations"),
        ("Disputes and payouts", "disputes"),
        ("Ask", "ask"),
    ]
    own = [("Sources", "source"), ("Team", "team"), ("Settings", "settings")]
    groups = [(Desk.PAYMENTS.value, "Payments", desk), ("business", "Business", own)]
    nav = [
        NavGroup(key, label, tuple(NavItem(name, "#", icon, active=name == "Metrics") for name, icon in items))
        for key, label, items in groups
    ]
    return {"nav": nav, "businesses": [request.business, Business(name="Hafen Roasters", slug="hafen")]}  # type: ignore[attr-defined]


def _numbers() -> dict[str, Any]:
    series = [Decimal(value) for value in NET]
    return {
        "as_of": AS_OF,
        "money": 18_420_315,
        "series": series,
        "gappy": [*series[:4], None, None, *series[6:]],
        "falling": series[::-1],
        "up_good": change(18_420_315, 16_411_210, unit="money", better="up"),
        "up_bad": change(Decimal("0.0072"), Decimal("0.0065"), unit="rate", better="down"),
        "down_good": change(Decimal("0.031"), Decimal("0.042"), unit="rate", better="down"),
        "neutral": change(942, 900, unit="count"),
        "fresh": change(5, 0, unit="count", better="up"),
        "same": change(5, 5, unit="count", better="up"),
        "score_change": change(87, 82, unit="points", better="up"),
        "revenue_spec": REVENUE,
        "trend_spec": TREND,
        "two_spec": TWO,
        "revenue_rows": [{"month": month, "net": net} for month, net in zip(MONTHS, NET, strict=True)],
        "trend_rows": [{"month": month, "score": 64 + index * 2} for index, month in enumerate(MONTHS)],
        "two_rows": [
            {"month": month, "brand": brand, "rate": Decimal(base + index * step) / 10_000}
            for brand, base, step in (("Visa", 30, 3), ("Mastercard", 65, -2))
            for index, month in enumerate(MONTHS)
        ],
    }


def _lists() -> dict[str, Any]:
    return {
        "icons": sorted(ICONS),
        "parts": [
            {"label": label, "evidence": evidence, "value": value, "points": points, "weight": weight}
            for label, evidence, value, points, weight in PARTS
        ],
        "stack": [{"label": f"{label} {points}", "value": Decimal(points)} for label, _, _, points, _ in PARTS],
        "helps": [
            {
                "title": "Many customers, none large",
                "text": "900 paid in 90 days; the largest brings 3%.",
                "points": "+9.95",
            },
            {"title": "Steady revenue", "text": "Monthly net varies by 18% around its trend.", "points": "+13.20"},
        ],
        "hurts": [
            {"title": "Growth is modest", "text": "+12% on the same three months a year before.", "points": "−3.45"},
            {"title": "Disputes", "text": "24 of 2,400 payments in 180 days.", "points": "−1.90"},
        ],
        "form": SampleForm(),
        "bad_form": SampleForm({"name": "", "currency": "xxx", "about": "Coffee"}),
        "events": [
            Point("Synchronised", "1,204 objects seen, 18 changed", "good", AS_OF),
            Point("Rate limited by Stripe", "Waited 4s and went on", "warn", AS_OF - timedelta(hours=3)),
            Point("Access was refused", "The key lacks read access to disputes", "bad", AS_OF - timedelta(days=1)),
            Point("Connected", "by Ada Lovelace", "", AS_OF - timedelta(days=30)),
        ],
        "payouts": [
            ("po_1P9x…4Kd", "To bank account ending 6789", "15 Jun 2026", "paid", "good", 1_220_410, 92),
            ("po_1P9w…8Qa", "To bank account ending 6789", "14 Jun 2026", "in transit", "", 884_002, 66),
            ("po_1P9v…1Zt", "Account closed", "11 Jun 2026", "failed", "bad", 412_900, 31),
            ("po_1P9u…7Hh", "Pulled from bank account", "10 Jun 2026", "paid", "good", -18_240, 2),
        ],
        "crumbs": [
            {"label": "Payments", "url": "#"},
            {"label": "Metrics", "url": "#"},
            {"label": "Dispute rate", "url": ""},
        ],
        "citations": [{"label": "Readiness, 15 Jun 2026", "url": "#"}, {"label": "Reducing chargebacks", "url": "#"}],
    }
