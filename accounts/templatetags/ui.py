"""Tags of the design system that know nothing of figures: icons, numbers, sparklines, bars, containers.

Tags print; they do not compute. Each takes plain values and renders one component.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django import template
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.template.loader_tags import BLOCK_CONTEXT_KEY
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from accounts import formats, navigation
from accounts.changes import Change, change
from accounts.formats import Number
from accounts.icons import BRANDMARK, ICONS
from accounts.periods import LABELS

register = template.Library()

WIDTH, HEIGHT, INSET = 96, 24, 2


@register.simple_tag
def icon(name: str, label: str = "", size: str = "") -> SafeString:
    """One icon of the set. With `label` it speaks for itself; without, it is decoration beside a word."""
    classes = f"icon icon-{size}" if size else "icon"
    inside = mark_safe(ICONS[name])  # noqa: S308 - our own constant
    if label:
        return format_html(
            '<svg class="{}" viewBox="0 0 16 16" role="img" aria-label="{}">{}</svg>', classes, label, inside
        )
    return format_html(
        '<svg class="{}" viewBox="0 0 16 16" aria-hidden="true" focusable="false">{}</svg>', classes, inside
    )


@register.simple_tag
def brandmark() -> SafeString:
    """The bell alone; its word stands beside it in the page."""
    return format_html(
        '<svg viewBox="0 0 24 24" aria-hidden="true" focusable="false">{}</svg>',
        mark_safe(BRANDMARK),  # noqa: S308 - our own constant
    )


# Numbers ------------------------------------------------------------------------------------------------------------


@register.filter
def money(minor: Number | None, currency: str) -> str:
    """Exact money from minor units: `{{ row.net|money:"eur" }}`."""
    return formats.money(_number(minor), currency)


@register.filter
def money_short(minor: Number | None, currency: str) -> str:
    """Money for a KPI: `$184.2k`."""
    return formats.money(_number(minor), currency, short=True)


@register.filter
def number(value: Number | None, places: int = 0) -> str:
    return formats.number(_number(value), places)


@register.filter
def compact(value: Number | None) -> str:
    return formats.compact(_number(value))


@register.filter
def percent(fraction: Number | None, places: int = 1) -> str:
    """A fraction as a percentage: 0.0412 is `4.1%`."""
    return formats.percent(_number(fraction), places)


@register.filter
def pp(fraction: Number | None) -> str:
    """A difference of two rates: `+0.07 pp`."""
    return formats.points_of_percent(_number(fraction))


@register.filter
def signed(value: Number | None, places: int = 0) -> str:
    return formats.signed(_number(value), places)


@register.filter
def duration(seconds: Number | timedelta | None) -> str:
    return formats.duration(seconds)


@register.filter
def dash(value: Any) -> Any:
    """The value, or an em dash where there is none; zero stays 0."""
    return formats.DASH if value is None or value == "" else value


@register.filter
def words(code: str) -> str:
    """A machine's code as words: `needs_response` is `needs response`."""
    return str(code or formats.DASH).replace("_", " ")


@register.simple_tag(name="plural")
def plural_tag(count: Number, word: str, words: str = "") -> str:
    return formats.plural(count, word, words)


def _number(value: Any) -> Number | None:
    """Refuse what is not a number rather than print something near it; floats never carry an amount here."""
    if value is None or isinstance(value, int | Decimal):
        return value
    raise TypeError(f"A number is an int or a Decimal, not {type(value).__name__}.")


# Deltas -------------------------------------------------------------------------------------------------------------


@register.inclusion_tag("components/delta.html")
def delta(
    now: Number | None, before: Number | None, unit: str = "count", better: str = "neither", against: str = ""
) -> dict[str, Any]:
    """Arrow, signed amount and word; the tone follows `better` (up, down, neither)."""
    return {"change": change(now, before, unit=unit, better=better), "against": against}


@register.inclusion_tag("components/delta.html")
def delta_of(what: Change, against: str = "") -> dict[str, Any]:
    """The same for a change that was worked out before."""
    return {"change": what, "against": against}


# Small drawings -----------------------------------------------------------------------------------------------------


@register.simple_tag
def sparkline(values: Sequence[Number | None] | str, sentence: str = "") -> SafeString:
    """A line of 96 × 24 without axes, scaled from its lowest to its highest value; a gap stays a gap.

    A text such as "14 15 19" is read as whole numbers, for pages with fixed examples.
    Shape: hidden from screen readers; `sentence` says the same beside it.
    Empty: fewer than two values draw nothing.
    """
    if isinstance(values, str):
        values = [int(value) for value in values.split()]
    known = [value for value in values if value is not None]
    if len(known) < 2:
        return mark_safe("")
    low, high = min(known), max(known)
    path = "".join(_steps(values, low=low, span=high - low))
    said = format_html('<span class="visually-hidden">{}</span>', sentence) if sentence else ""
    return format_html(
        '<svg class="spark" viewBox="0 0 {} {}" aria-hidden="true" focusable="false"><path d="{}"/></svg>{}',
        WIDTH, HEIGHT, path, said,
    )  # fmt: skip


def _steps(values: Sequence[Number | None], *, low: Number, span: Number) -> Iterable[str]:
    """Path commands: `M` after a gap, `L` along the line."""
    step = Decimal(WIDTH - 2 * INSET) / max(len(values) - 1, 1)
    room = HEIGHT - 2 * INSET
    pen_up = True
    for index, value in enumerate(values):
        if value is None:
            pen_up = True
            continue
        share = Decimal(value - low) / Decimal(span) if span else Decimal("0.5")
        yield f"{'M' if pen_up else 'L'}{INSET + index * step:.1f} {HEIGHT - INSET - share * room:.1f}"
        pen_up = False


@register.simple_tag
def bar(
    value: Number | str | None,
    largest: Number | str,
    tone: str = "",
    wide: bool = False,
    track: Number | str | None = None,
) -> SafeString:
    """A bar in a cell, `value` of `largest`. The number stands beside it, so the drawing is hidden from readers.

    `track` is how far this row could reach at most, where rows differ in that; else the whole width.
    """
    share, reach = _share(value, largest), _share(track or largest, largest)
    return format_html(
        '<svg class="bar{}" data-tone="{}" aria-hidden="true" focusable="false">'
        '<rect class="bar-track" width="{}%" height="100%" rx="3"/>'
        '<rect class="bar-fill" width="{}%" height="100%" rx="3"/></svg>',
        " bar-wide" if wide else "", tone, f"{reach * 100:.1f}", f"{share * 100:.1f}",
    )  # fmt: skip


def _share(value: Number | str | None, largest: Number | str) -> Decimal:
    """`value` of `largest` between 0 and 1."""
    whole = Decimal(largest or 0)
    return min(max(Decimal(value or 0) / whole, Decimal(0)), Decimal(1)) if whole else Decimal(0)


@register.inclusion_tag("components/dial.html")
def dial(
    score: int | None, low: Number | None = None, high: Number | None = None, small: bool = False
) -> dict[str, Any]:
    """The score from 0 to 100 on an arc of 240°, with its band and the tier marks at 40, 60 and 80."""
    has_band = score is not None and low is not None and high is not None
    band_low = max(Decimal(low), Decimal(0)) if has_band and low is not None else Decimal(0)
    band_high = min(Decimal(high), Decimal(100)) if has_band and high is not None else Decimal(0)
    return {
        "score": score,
        "fill": score or 0,
        "has_band": has_band,
        "band_low": f"{band_low:.2f}",
        "band_length": f"{band_high - band_low:.2f}",
        "small": small,
    }


@register.inclusion_tag("components/stackbar.html")
def stackbar(parts: Iterable[Mapping[str, Any]], total: Number = 100, label: str = "") -> dict[str, Any]:
    """Parts that add up, side by side; the rest of `total` stays empty.

    Shape: each part has `value` and `label`, and may have `tone` (bad, muted).
    """
    segments, start = [], Decimal(0)
    for part in parts:
        width = Decimal(part["value"]) / Decimal(total) * 100
        segments.append(
            {"x": f"{start:.3f}", "width": f"{width:.3f}", "label": part["label"], "tone": part.get("tone", "")}
        )
        start += width
    return {"segments": segments, "label": label}


# Containers ---------------------------------------------------------------------------------------------------------


@register.simple_block_tag
def card(
    content: str,
    title: str = "",
    lead: str = "",
    id: str = "",
    flush: bool = False,
    link: str = "",
    link_label: str = "",
) -> str:
    """A panel with a heading; `flush` lets a table touch its edges."""
    context = {
        "content": content,
        "title": title,
        "lead": lead,
        "id": id,
        "flush": flush,
        "link": link,
        "link_label": link_label,
    }
    return render_to_string("components/card.html", context)


@register.simple_block_tag
def notice(content: str, tone: str = "", icon_name: str = "") -> str:
    """A sentence above the content. Tones: good, bad, warn, accent or none."""
    default = {"good": "check-circle", "bad": "alert", "warn": "alert"}.get(tone, "info")
    return render_to_string(
        "components/notice.html", {"content": content, "tone": tone, "icon_name": icon_name or default}
    )


@register.simple_tag(takes_context=True)
def slot(context: template.RequestContext, name: str, query: str = "") -> SafeString:
    """A place that a higher app fills over HTMX; prints nothing where nobody fills it."""
    request: HttpRequest = context["request"]
    url = navigation.slot_url(request, name)
    if not url:
        return mark_safe("")
    return format_html(
        '<div class="slot" data-slot="{}" hx-get="{}{}" hx-trigger="load" hx-swap="outerHTML">'
        '<p class="visually-hidden" role="status">Loading</p><span class="skeleton skeleton-panel"></span></div>',
        name, url, query,
    )  # fmt: skip


@register.simple_tag(takes_context=True)
def slot_address(context: template.RequestContext, name: str) -> str:
    """The URL behind a slot, for links; empty where nobody fills it."""
    return navigation.slot_url(context["request"], name) if "request" in context else ""


@register.simple_tag(takes_context=True)
def again(context: template.Context, block: str) -> str:
    """What the block `block` of this page says, once more: the title is also the heading."""
    blocks = context.render_context.get(BLOCK_CONTEXT_KEY)
    node = blocks.get_block(block) if blocks else None
    return node.render(context) if node else ""


@register.simple_tag
def period_choices() -> dict[str, str]:
    """The named periods, by key."""
    return LABELS


@register.filter
def initials(name: object) -> str:
    """The first letter of the first two words: `Acme Trading GmbH` is `AT`."""
    return "".join(word[0] for word in str(name).split()[:2]).upper()


@register.filter
def tone_of_level(level: str) -> str:
    """The tone of a Django message level."""
    return {"success": "good", "error": "bad", "warning": "warn"}.get(level, "")


@register.filter
def icon_of_level(level: str) -> str:
    return {"success": "check-circle", "error": "alert", "warning": "alert"}.get(level, "info")
