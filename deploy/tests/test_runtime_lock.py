"""What goes into the image is what runs, with its hashes."""

from __future__ import annotations

import pytest

from deploy.lint import ROOT
from deploy.runtime_lock import read_packages, runtime_lock

LOCK = """\
# made by a tool
django==5.2 \\
    --hash=sha256:aa
    # via
    #   bellwether (pyproject.toml)
    #   pytest-django
sqlparse==0.5 \\
    --hash=sha256:bb
    # via django
pytest==9 \\
    --hash=sha256:cc
    # via bellwether (pyproject.toml:dev)
pluggy==1 \\
    --hash=sha256:dd
    # via pytest
"""


def test_keeps_dependencies_of_dependencies_with_their_hashes():
    kept = runtime_lock(LOCK)
    assert "sqlparse==0.5 \\\n    --hash=sha256:bb" in kept
    assert set(read_packages(kept)) == {"django", "sqlparse"}


def test_refuses_a_package_that_nobody_asked_for():
    with pytest.raises(ValueError, match="orphan"):
        runtime_lock(LOCK + "orphan==1 \\\n    --hash=sha256:ee\n")


def test_the_real_lock_keeps_the_application_and_drops_the_test_tools():
    kept = set(read_packages(runtime_lock((ROOT / "requirements.lock").read_text())))
    assert {"django", "celery", "psycopg-binary", "granian", "pandas"} <= kept
    assert not {"pytest", "moto", "playwright", "ruff", "schemathesis"} & kept
