"""Money, periods, secrets, permissions: the small things everything stands on."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from io import StringIO
from itertools import pairwise

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from cryptography.fernet import Fernet
from django.core.management import call_command
from django.test.utils import override_settings
from hypothesis import given
from hypothesis import strategies as st

from accounts.errors import InvalidInput
from accounts.models import User
from accounts.money import UnknownCurrency, exponent, format_money, to_major, to_minor
from accounts.periods import asked_period, day_start, local_day, parse_period
from accounts.permissions import KEY_SCOPES, PERMISSIONS, Role, may
from accounts.secrets import UnreadableSecret, decrypt, encrypt, new_token, rotate, token_hash

NOON = datetime(2026, 6, 15, 12, 0, tzinfo=UTC)


class TestMoney:
    @pytest.mark.parametrize(
        ("currency", "decimals"),
        [("usd", 2), ("jpy", 0), ("kwd", 3), ("isk", 2), ("ugx", 2), ("huf", 2), ("krw", 0)],
    )
    def test_knows_the_decimals(self, currency: str, decimals: int) -> None:
        assert exponent(currency) == decimals

    @pytest.mark.parametrize("currency", ["", "USD", "zzz", "btc"])
    def test_refuses_to_guess(self, currency: str) -> None:
        with pytest.raises(UnknownCurrency):
            exponent(currency)

    @pytest.mark.parametrize(
        ("minor", "currency", "long", "short"),
        [
            (0, "usd", "$0.00", "$0"),
            (123450, "usd", "$1,234.50", "$1,235"),
            (-300, "eur", "\u2212€3.00", "\u2212€3"),
            (18420315, "gbp", "£184,203.15", "£184.2k"),
            (1995000, "usd", "$19,950.00", "$20.0k"),
            (500, "jpy", "¥500", "¥500"),
            (1234567, "kwd", "KWD\u00a01,234.567", "KWD\u00a01,235"),
            (123456789012, "usd", "$1,234,567,890.12", "$1.2B"),
        ],
    )
    def test_reads_as_a_person_would(self, minor: int, currency: str, long: str, short: str) -> None:
        assert (format_money(minor, currency), format_money(minor, currency, short=True)) == (long, short)

    @pytest.mark.parametrize(("major", "minor"), [("1.005", 101), ("1.004", 100), ("-1.005", -101), ("0", 0)])
    def test_rounds_half_up_as_invoices_do(self, major: str, minor: int) -> None:
        assert to_minor(Decimal(major), "usd") == minor

    @given(st.integers(-(10**15), 10**15), st.sampled_from(["usd", "jpy", "kwd"]))
    def test_comes_back_unchanged(self, minor: int, currency: str) -> None:
        assert to_minor(to_major(minor, currency), currency) == minor


class TestPeriods:
    def test_a_day_is_the_businesses_own(self) -> None:
        late = datetime(2026, 6, 14, 23, 30, tzinfo=UTC)
        assert local_day(late, "Europe/Berlin") == date(2026, 6, 15)
        assert local_day(late, "America/New_York") == date(2026, 6, 14)

    @pytest.mark.parametrize(
        ("day", "hours"), [(date(2026, 3, 29), 23), (date(2026, 10, 25), 25), (date(2026, 6, 1), 24)]
    )
    def test_days_follow_the_clock_change(self, day: date, hours: int) -> None:
        length = day_start(day + timedelta(days=1), "Europe/Berlin") - day_start(day, "Europe/Berlin")
        assert length == timedelta(hours=hours)

    @pytest.mark.parametrize(("text", "days"), [("", 90), ("7d", 7), ("28d", 28), ("12m", 365)])
    def test_named_ones_end_with_yesterday(self, text: str, days: int) -> None:
        period = parse_period(text, as_of=NOON, zone="Europe/Berlin")
        assert (period.days, period.end) == (days, date(2026, 6, 15))
        assert parse_period(period.text, as_of=NOON, zone="Europe/Berlin") == period

    def test_custom_ones_include_both_days(self) -> None:
        period = parse_period("2026-01-01..2026-01-31", as_of=NOON, zone="UTC")
        assert (period.days, period.label) == (31, "1 Jan 2026 – 31 Jan 2026")
        assert period.last == date(2026, 1, 31)
        assert period.previous().start == date(2025, 12, 1)
        assert date(2026, 1, 31) in period and date(2026, 2, 1) not in period

    def test_two_date_fields_ask_for_the_days_between(self) -> None:
        assert asked_period({"from": "2026-01-01", "to": "2026-01-31", "period": "28d"}) == "2026-01-01..2026-01-31"
        assert asked_period({"period": "28d", "from": "2026-01-01"}) == "28d"
        assert asked_period({}) == ""

    @pytest.mark.parametrize(
        "text",
        ["1w", "2026-02-01..2026-01-01", "2026-02-30..2026-03-01", "..", "2026-01-01", "1026-01-01..2026-01-01",
         "2026-01-01..9999-12-31", "' or 1=1"],
    )  # fmt: skip
    def test_refuses_what_is_no_period(self, text: str) -> None:
        with pytest.raises(InvalidInput):
            parse_period(text, as_of=NOON, zone="UTC")


class TestSecrets:
    def test_come_back_and_look_like_nothing_at_rest(self) -> None:
        token = encrypt("sk_live_123")
        assert "sk_live" not in token and decrypt(token) == "sk_live_123"

    def test_survive_the_rotation_of_keys(self) -> None:
        old, new = Fernet.generate_key().decode(), Fernet.generate_key().decode()
        with override_settings(ENCRYPTION_KEYS=[old]):
            token = encrypt("x")
        with override_settings(ENCRYPTION_KEYS=[new, old]):
            rotated = rotate(token)
        with override_settings(ENCRYPTION_KEYS=[new]):
            assert decrypt(rotated) == "x"
            with pytest.raises(UnreadableSecret):
                decrypt(token)

    def test_tokens_are_never_twice_the_same(self) -> None:
        first, second = new_token("bw_"), new_token("bw_")
        assert first != second and len(first) >= 43 and token_hash(first) != token_hash(second)

    @pytest.mark.django_db
    def test_rotate_command_takes_second_factors_along(self) -> None:
        old, new = Fernet.generate_key().decode(), Fernet.generate_key().decode()
        person = User.objects.create_user("mfa@example.com")
        with override_settings(ENCRYPTION_KEYS=[old]):
            TOTP.activate(person, "S3CRET")
            RecoveryCodes.activate(person)
        with override_settings(ENCRYPTION_KEYS=[new, old]):
            call_command("rotate_secrets", stdout=(out := StringIO()))
        assert out.getvalue().startswith("2 secrets")
        with override_settings(ENCRYPTION_KEYS=[new]):
            kept = {row.type: row.data for row in Authenticator.objects.filter(user=person)}
            assert decrypt(kept["totp"]["secret"]) == "S3CRET" and decrypt(kept["recovery_codes"]["seed"])

    @pytest.mark.django_db
    def test_rotate_command_says_how_many(self) -> None:
        out = StringIO()
        call_command("rotate_secrets", stdout=out)
        assert "under the first key" in out.getvalue()


class TestPermissions:
    def test_grow_with_the_role(self) -> None:
        order = [Role.VIEWER, Role.ANALYST, Role.MANAGER, Role.OWNER]
        held = [{p for p in PERMISSIONS if may(role, p)} for role in order]
        assert all(lower < higher for lower, higher in pairwise(held))

    def test_an_unknown_permission_is_a_bug_and_an_unknown_role_may_nothing(self) -> None:
        with pytest.raises(KeyError):
            may(Role.OWNER, "write:everything")
        assert not any(may("pirate", permission) for permission in PERMISSIONS)

    def test_a_key_never_manages_people_or_keys(self) -> None:
        assert KEY_SCOPES.isdisjoint({"write:members", "write:keys", "write:business", "read:members"})
