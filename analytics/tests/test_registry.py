from __future__ import annotations

import pytest

from analytics.payments.metrics import keys  # noqa: F401
from analytics.registry import METRICS, Better, Empty, Unit, metric


def test_every_metric_says_what_it_is_and_where_it_comes_from():
    for known in METRICS.values():
        assert known.label, known.key
        assert known.formula, known.key
        assert known.source, known.key


def test_every_metric_that_may_be_empty_says_why():
    for known in METRICS.values():
        if known.empty is Empty.NONE:
            sentence = known.gap_sentence(2)
            assert sentence.endswith("."), known.key
            assert "{" not in sentence, known.key


def test_a_key_can_be_registered_once_only():
    with pytest.raises(ValueError, match="twice"):
        metric("payments.growth", "g", unit=Unit.RATE, better=Better.UP, formula="f", source="s", gap="g.")


def test_a_metric_that_may_be_empty_needs_its_sentence():
    with pytest.raises(ValueError, match="sentence"):
        metric("payments.new_one", "g", unit=Unit.RATE, better=Better.UP, formula="f", source="s")
