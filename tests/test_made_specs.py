"""A spec that passes `spec check` works, whatever is in it: no mistake where there is none, and no fault of our own."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import given

from hrge_xl import load, try_out
from tests.made_specs import Files, specs, write
from tests.property_tests import examples


@given(specs())
@examples(30)
def test_a_spec_without_mistakes_works(files: Files) -> None:
    with tempfile.TemporaryDirectory() as folder:
        try_out(load(write(files, Path(folder))))
