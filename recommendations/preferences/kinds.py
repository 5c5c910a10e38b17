"""The kinds of mail a member can get, each with a way out of its own."""

from __future__ import annotations

from enum import StrEnum


class MailKind(StrEnum):
    """`covers` are the kinds of notification that a mail of this kind tells of."""

    DAILY = "daily"
    WEEKLY = "weekly"
    ALERTS = "alerts"
    COACH = "coach"

    @property
    def covers(self) -> frozenset[str]:
        if self is MailKind.ALERTS:
            return frozenset({"source", "job", "trading"})
        return frozenset({"coach"}) if self is MailKind.COACH else frozenset()

    @property
    def label(self) -> str:
        return LABELS[self]


LABELS = {
    MailKind.DAILY: "the daily mail",
    MailKind.WEEKLY: "the weekly mail",
    MailKind.ALERTS: "mails about what needs attention",
    MailKind.COACH: "the coach's letter",
}
