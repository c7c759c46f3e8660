"""Mistakes in the profiles of a spec: sheets that are not there, and a default that leaves a choice open."""

from __future__ import annotations

from collections.abc import Sequence

from ..frozen import Found, Path
from ..suggest import NoSuch, remedy_for
from .check_names import ROW_CODE
from .issuance import Profile
from .model import Spec


def check_profiles(spec: Spec) -> Found:
    """Check every profile, and which of them is the default."""
    for name, profile in spec.profiles.items():
        yield from _profile(spec, name, profile)
    default = spec.default_profile
    if default is None:
        return
    if default not in spec.profiles:
        yield (
            ("default_profile",),
            NoSuch(f"There is no profile '{default}'.", default),
            remedy_for(default, list(spec.profiles)),
        )
    elif spec.profiles[default].choose_from:
        reason = f"The profile '{default}' leaves sheets to choose from, and a default is issued as it is."
        yield ("default_profile",), reason, "Name another one, or put the sheets into its `tools`."


def _profile(spec: Spec, name: str, profile: Profile) -> Found:
    path: Path = ("profiles", name)
    if not ROW_CODE.fullmatch(name):
        yield path, f"'{name}' cannot be the name of a profile.", "Start with a letter, for example quick."
    if not profile.title:
        yield (*path, "title"), "The title is empty.", "Say for whom or for what it is."
    yield from _tools(spec, profile.tools or (), (*path, "tools"))
    yield from _tools(spec, profile.choose_from, (*path, "choose_from"))
    always = spec.tool if profile.tools is None else profile.tools
    for number, code in enumerate(profile.choose_from):
        if code in always:
            reason = f"'{code}' is to be chosen from, and the profile takes it anyway."
            yield (*path, "choose_from", number), reason, "Leave it out here, or out of `tools`."


def _tools(spec: Spec, codes: Sequence[str], path: Path) -> Found:
    for number, code in enumerate(codes):
        if code not in spec.tool:
            yield (
                (*path, number),
                NoSuch(f"There is no tool '{code}'.", code),
                remedy_for(code, list(spec.tool)),
            )
        elif spec.tool[code].always:
            yield (*path, number), f"'{code}' is issued whatever is chosen.", "Leave it out here."
