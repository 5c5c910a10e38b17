from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from django.db import connection, transaction
from django.db.utils import ProgrammingError

from accounts.errors import InvalidInput
from accounts.tenancy import acting_for
from analytics.models import RuleSet as Row
from analytics.trading.shadow_boxing.catalogue import by_id, columns_of, first_entries, in_force, next_version, read
from analytics.trading.shadow_boxing.rule_set import Lock, Trailing, limits_of

ENTRIES = list(first_entries())


class TestFirstEntries:
    @pytest.mark.parametrize("entry", ENTRIES, ids=lambda e: f"{e.key}-{e.phase}")
    def test_names_its_source_its_date_and_what_is_disputed(self, entry):
        assert entry.sources and all(source.startswith("https://") for source in entry.sources)
        assert entry.verified_on.year == 2026
        assert bool(entry.note) == entry.disputed
        assert entry.disputed or entry.target is not None

    @pytest.mark.parametrize("entry", ENTRIES, ids=lambda e: f"{e.key}-{e.phase}")
    def test_its_amounts_are_possible(self, entry):
        found = limits_of(entry)
        assert 0 < found.max_loss < found.initial
        assert found.target > found.initial
        assert found.daily > 0

    def test_holds_every_programme_of_the_reference(self):
        firms = {(entry.firm, entry.program) for entry in ENTRIES}
        assert len(firms) == 16 and len({entry.key for entry in ENTRIES}) == 24
        assert {entry.key for entry in ENTRIES if entry.phase == 2} == {
            "ftmo-2-step-100000", "fundingpips-2-step-100000", "fundednext-stellar-2-step-100000",
            "fundednext-stellar-lite-100000",
        }  # fmt: skip

    def test_the_combine_has_the_published_amounts(self):
        """50K: target 3,000 and 2,000 from the highest end-of-day balance, locked at the start."""
        combine = next(entry for entry in ENTRIES if entry.key == "topstep-trading-combine-50000")
        found = limits_of(combine)
        assert (found.target, found.max_loss, found.cap) == (53_000, 2_000, 50_000)
        assert (found.mode, combine.max_loss.lock) == (Trailing.EOD, Lock.INITIAL)


@pytest.mark.django_db
class TestCatalogue:
    def test_is_seeded_and_reads_back_what_was_written(self):
        assert [replace(entry, id=0) for entry in in_force()] == sorted(
            ENTRIES, key=lambda e: (e.firm, e.program, e.size, e.phase)
        )

    def test_the_newest_version_is_in_force_and_older_ones_stay(self):
        old = Row.objects.filter(firm="FTMO", program="1-Step").get()
        kept = read(old)
        changed = replace(kept, version=next_version(old), verified_on=kept.verified_on.replace(month=11))
        new = Row.objects.create(**columns_of(changed))
        found = [entry for entry in in_force() if entry.key == kept.key]
        assert [entry.version for entry in found] == [2] and found[0].id == new.pk
        assert by_id({old.pk, new.pk})[old.pk] == kept

    def test_a_row_is_never_edited(self):
        row = Row.objects.first()
        with pytest.raises(TypeError, match="never edited"):
            row.save()

    def test_rules_nobody_can_read_are_refused(self):
        row = Row.objects.filter(firm="FTMO").first()
        row.rules = row.rules | {"min_dayz": 3}
        with pytest.raises(InvalidInput, match="min_dayz"):
            read(row)
        row.rules = {name: value for name, value in row.rules.items() if name != "min_dayz"} | {"min_days": "some"}
        with pytest.raises(InvalidInput, match="cannot be read"):
            read(row)

    def test_a_tenant_reads_it_and_cannot_write_it(self, world):
        with acting_for(world.business):
            assert len(in_force()) == len(ENTRIES)
            with pytest.raises(ProgrammingError), transaction.atomic():
                Row.objects.create(**columns_of(replace(ENTRIES[0], version=9)))
            with connection.cursor() as cursor:
                cursor.execute("update analytics_ruleset set size = 1")
                assert cursor.rowcount == 0

    def test_amounts_are_exact(self):
        assert read(Row.objects.get(firm="MyFundedFutures")).max_loss.value == Decimal("0.03")
