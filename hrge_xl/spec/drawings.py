"""What each way of drawing sheets brought: the number is that of the first drawing that has it.

`spec.drawing >= LISTS_ARE_HIDDEN` reads: where lists are hidden. Workbooks that are out are read, and drawn again, as
they were issued, so that no line may be changed here once a release has the drawing (decision 81).
"""

from __future__ import annotations

from typing import Final

# 2: sheets take what people type, and are silent until somebody begins
DAYS_MAY_BE_WORDS: Final = 2
STEPS_HAVE_THE_WORDS_OF_THEIR_LIST: Final = 2
UNBEGUN_ROWS_ARE_QUIET: Final = 2
UNBEGUN_SHEETS_ARE_NAMED: Final = 2
SIGNS_LEAD_TO_OPEN_CELLS: Final = 2
TICKS_LEAD_TO_SHEETS: Final = 2
ARROWS_ARE_MIRRORED: Final = 2
DECIDING_LANGUAGE_IS_NAMED: Final = 2
SHEETS_WITHOUT_SOURCES_ARE_LEFT_OUT: Final = 2

# 3: how to fill in has a sheet of its own, and people meet titles and numbers instead of codes
GUIDE_IS_A_SHEET: Final = 3
LISTS_ARE_HIDDEN: Final = 3
PEOPLE_SEE_NO_CODES: Final = 3
MESSAGES_SAY_WHAT_TO_DO: Final = 3
ROWS_WITH_SOMETHING_OPEN_ARE_COUNTED: Final = 3
STEPS_OF_THE_COVER_ARE_WRAPPED: Final = 3
LABELS_ARE_LONG: Final = 3

# 4: sheets are made for paper, for other programs, and for people who cut, paste and sort
PAPER_IS_LAID_OUT: Final = 4
CUT_ROWS_ARE_STILL_FOUND: Final = 4
ENTRIES_ARE_OFFERED_ONCE: Final = 4
WORDS_ARE_KEPT_WHOLE: Final = 4
WIDTHS_OF_NAMES_ARE_KEPT: Final = 4
SHOWN_ANSWERS_STAY_IN_VIEW: Final = 4
HELP_IS_SAID_ONCE: Final = 4
DECIMALS_ARE_GENERAL: Final = 4
AXES_ARE_NAMED: Final = 4
LEVELS_WITHOUT_ROWS_ARE_PALE: Final = 4
SUMMARIES_STAND_AT_THE_END: Final = 4
BLOCKS_OF_A_FORM_HAVE_BORDERS: Final = 4
SECTION_HEADS_KEEP_THEIR_COLOUR: Final = 4
HEADS_ARE_COMPACT: Final = 4
LINKS_SAY_WHERE_THEY_LEAD: Final = 4
LINKS_ARE_FORMULAS: Final = 4
FONTS_ARE_BY_NAME: Final = 4
TEXTS_OF_DIGITS_ARE_MEANT: Final = 4
OPENING_IS_QUIET: Final = 4
OTHER_PROGRAMS_ARE_NOTICED: Final = 4

# drawings whose dropdowns offer below the labels what may be typed instead: numbers of steps, codes of rows
ENTRIES_ARE_OFFERED_TWICE: Final = range(2, ENTRIES_ARE_OFFERED_ONCE)
