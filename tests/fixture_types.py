"""Short names for the types of pytest's own fixtures, so that the head of a test is one line."""

from __future__ import annotations

import pytest

Capsys = pytest.CaptureFixture[str]
Patch = pytest.MonkeyPatch
Folders = pytest.TempPathFactory
