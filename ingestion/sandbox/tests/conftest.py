from __future__ import annotations

from datetime import UTC, datetime

import pytest

from ingestion.sandbox.company import Company, build_company

AS_OF = datetime(2026, 6, 15, 12, tzinfo=UTC)


@pytest.fixture(scope="session")
def small() -> Company:
    return build_company("established", as_of=AS_OF, size="small")


@pytest.fixture(scope="session")
def demo() -> Company:
    return build_company("established", as_of=AS_OF, size="demo")
