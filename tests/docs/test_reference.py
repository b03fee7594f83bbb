"""The reference says what the code is: written from it, compared with it."""

import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.one_engine

HOUSE = Path(__file__).resolve().parents[2]


def test_the_generated_reference_is_in_step_with_the_code() -> None:
    command = [sys.executable, "docs/generate.py", "--check"]
    checked = subprocess.run(command, cwd=HOUSE, capture_output=True, text=True, check=False)
    assert checked.returncode == 0, f"{checked.stdout}{checked.stderr[-3000:]}"
