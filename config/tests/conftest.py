"""The whole house and a real browser, for the tests that need them."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from config.testing.stack import Stack


@pytest.fixture
def house_folder() -> Iterator[Path]:
    """A folder that the database's own user may enter; pytest's temporary folders are closed to everyone else."""
    folder = Path(tempfile.mkdtemp(prefix="bellwether-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def stack(house_folder: Path) -> Iterator[Stack]:
    """Everything running, without a demo business."""
    with Stack(house_folder) as house:
        yield house


@pytest.fixture
def browser_page(tmp_path: Path) -> Iterator[Any]:
    """A page in the system's Chromium; on a failure its last picture lies in the test's folder."""
    from playwright.sync_api import sync_playwright

    path = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    assert path, "Chromium is needed: `make browser` installs it."
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=path, args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        )
        page = browser.new_page(viewport={"width": 1360, "height": 900})
        page.set_default_timeout(30_000)
        yield page
        page.screenshot(path=str(tmp_path / "last.png"))
        browser.close()
