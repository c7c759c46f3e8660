"""`hrge-xl spec translate`: the translations of a spec into one language, for translators and back."""

from __future__ import annotations

from pathlib import Path

import click

import hrge_xl

from .common import ANYWHERE, FILE, SPEC, password_option, today
from .terminal import line, print_lines


@click.command("translate")
@click.argument("spec", type=SPEC)
@click.option("--lang", "language", required=True, metavar="LANG", help="A tag such as fr, ar-IQ or fa-AF.")
@click.option("--to-xlsx", type=ANYWHERE, help="A workbook for translators.")
@click.option(
    "--from",
    "source",
    type=FILE,
    help="Read in what they wrote: that workbook, or a PO file.",
)
@click.option("--status", is_flag=True, help="Only count missing, draft and reviewed texts.")
@click.option("--reviewed-by", metavar="WHO", help="Mark everything as reviewed, and by whom.")
@password_option
def command(
    spec: str, language: str, to_xlsx: Path | None, source: Path | None, status: bool, reviewed_by: str | None,
    password: str | None,
) -> None:  # fmt: skip
    """Create or update the translations of a spec: `languages/LANG.po` beside it, one entry for each text.

    What translators wrote is kept: translations, comments, draft marks. What they send back is checked first, and
    accepted as a whole or not at all.

    \b
    hrge-xl spec translate ./my_spec --lang fr --to-xlsx fr.xlsx
    hrge-xl spec translate ./my_spec --lang fr --from fr.xlsx
    hrge-xl spec translate ./my_spec --lang fr --reviewed-by "programme officer, Dakar"

    Next: hrge-xl spec check ./my_spec
    """
    done = hrge_xl.translate(
        spec, language, today=today(), to_xlsx=to_xlsx, source=source, status=status, reviewed_by=reviewed_by,
        password=password,
    )  # fmt: skip
    if done.taken_in is not None:
        line(f"Translated differently from before: {done.taken_in}.")
    print_lines(done.written)
    count = done.coverage
    line(
        f"{language}: {count.texts} texts, {count.missing} missing, {count.drafts} drafts, {count.reviewed} reviewed."
    )
