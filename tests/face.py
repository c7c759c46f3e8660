"""What tests use of the inside of the program, beside its verbs, its command line, specs and files.

The one module of the tests that knows where these things are made: where the inside is built anew, it changes and no
test does.
"""

# ruff: noqa: F401, I001

from hrge_xl.core import message_templates, numerals, paths, program as core_program, words
from hrge_xl.exchange import issuing, spec_smoke_test, validation
from hrge_xl.core.paths import (
    is_address,
    masked,
    name_of,
    path_of,
    path_text,
    quoted as shell_words_quoted,
    write_whole,
)
from hrge_xl.answers.submission import (
    Answer,
    Answers,
    CLOSED,
    Key,
    State,
    Value,
    last_digest,
    last_to_text,
    read_last,
    Identity,
    Outcome,
    PROPERTY_PREFIX,
    Submission,
    Unplaced,
    Verdict,
    from_pairs,
    sign,
    to_pairs,
)
from hrge_xl.exchange.prefill import Prefill, from_file, from_mapping, go_on
from hrge_xl.exchange.issuing import (
    identity_of,
    issue_files,
    layout_for,
    sample_order,
    sample_workbook,
    starting_answers,
    submission_of,
)
from hrge_xl.core.dates import EARLIEST, LATEST, parse_day, parse_moment
from hrge_xl.coordination.demonstration import play, saved_on, story
from hrge_xl.core.program import UnfitRow, isolate_failures, program_digest, write_log
from hrge_xl.core.message_templates import MessageTemplate, text_of as said
from hrge_xl.core.numerals import FIRST_DAY, LAST_DAY, LAST_SERIAL, from_serial, shown, to_serial
from hrge_xl.exchange.spec_smoke_test import sample_answers
from hrge_xl.core.spec_parts import Text
from hrge_xl.core.work import listening, report_progress, track_progress
from hrge_xl.exchange.validation import (
    ACCEPTED,
    FileToCheck,
    ProgramFault,
    REFUSED,
    RETURNED,
    SpecBroken,
    validated,
)
from hrge_xl.core.words import (
    CATALOGUES,
    CELL_LIMIT,
    PROMPT_LIMIT,
    SOURCE_LANGUAGE,
    beginning,
    cell_length,
    count_words,
    country_names,
    direction,
    fits_a_cell,
    fold,
    is_language,
    kept_in_order,
    language_name,
    languages,
    letters,
    locale,
    loosely,
    month_names,
    plain_digits,
    right_to_left,
    spaceless,
    tidy,
    tidy_lines,
    translator,
    western_digits,
)
from hrge_xl.importing import Draft, drafted
from hrge_xl.importing.neutral import (
    DraftBlock,
    DraftField,
    DraftSpec,
    item_codes,
    list_name,
    tool_code,
)
from hrge_xl.importing.guess import guess
from hrge_xl.importing.read import read
from hrge_xl.fields import (
    COMMON_OPTIONS,
    CellValue,
    ColumnKind,
    Evidence,
    FIELD_TYPES,
    Field,
    FieldType,
    Reading,
    TICK,
    Vocabularies,
    YES_NO,
    tick_spellings,
)
from hrge_xl.fields.choices import OFFERED
from hrge_xl.fields.text import personal_data
from hrge_xl.language import (
    Aggregate,
    Expr,
    FUNCTIONS,
    Function,
    Problem,
    Type,
    parse,
    parse_condition,
    reader_only,
)
from hrge_xl.language.compiler import Unknown
from hrge_xl.language.functions.words import pieces
from hrge_xl.spec import carried, load as loading
from hrge_xl.spec.carried import CACHE, digest_of, pack, recall
from hrge_xl.spec.issuance import Choice, choose, needed_tools, without_sensitive
from hrge_xl.spec.expressions import wrong_syntax
from hrge_xl.spec.supplements import (
    FEEDBACK_KEY,
    IDENTITY_SHEET,
    IndicatorFigures,
    LEFTOVER_KEY,
    NAMES,
    SAMPLE_KEY,
)
from hrge_xl.spec.load import SPEC_HOMES, find, names
from hrge_xl.spec.lookup import (
    countries,
    country_codes,
    languages as lookup_languages,
    vocabularies,
    Scope,
    parsed,
)
from hrge_xl.spec.model import (
    AnyBlock,
    ChecklistBlock,
    CollectBlock,
    Covered,
    FormBlock,
    KeyFields,
    OF_ROUNDS,
    PivotBlock,
    RegisterBlock,
    Rule,
    texts,
)
from hrge_xl.spec.yaml_file import dumped, common_mistakes
from hrge_xl.spec.translating import (
    TextToTranslate,
    as_file,
    mistakes,
    new_catalogue,
    to_translate,
    untranslated,
    updated,
    texts_for_catalogue,
)
from hrge_xl.spec.translations import DRAFT, LETTER, Translations, is_draft, read_catalogue
from hrge_xl.layout import (
    Drawn,
    Grid,
    Layout,
    ListPlace,
    Place,
    Sheet,
    Slot,
    address,
    build,
    column_letters,
    offered_rows,
)
from hrge_xl.layout.messages import instruction_for
from hrge_xl.layout.lists import LEVELS
from hrge_xl.layout.model import (
    BAND_ROW,
    CHARACTERS,
    CODE_COLUMN,
    CODE_ROW,
    FIRST_ROW,
    HEAD_ROW,
    HIDDEN,
    LINKS_ROW,
    MARK_COLUMN,
    PROGRESS_ROW,
    TODAY_NAME,
)
from hrge_xl.layout.wording import text as wording_text
from hrge_xl.workbook import Content, Urgency, book, write
from hrge_xl.workbook.excel_formula import ExcelFormula
from hrge_xl.workbook.row_checks import measure, too_large
from hrge_xl.workbook.feedback_sheets import CORRECTIONS, LEFTOVERS
from hrge_xl.workbook.drawing import Member, package
from hrge_xl.workbook.cell_writer import broken_lines, sharable
from hrge_xl.workbook.grids import TITLE_LIMIT
from hrge_xl.workbook.styles import COLOURS
from hrge_xl import checks, cli as cli_module, importing
from hrge_xl.reader import (
    File,
    RawWorkbook,
    Refusal,
    gate,
    ooxml,
    ooxml_parts,
    ooxml_rows,
    other_formats,
    sandbox,
    stamp_alone,
    worker,
)
from hrge_xl.reader.worker import Died, WorkerPool, dumps, loads, run_guarded, serve
from hrge_xl.reader.tool_sheets import ToolSheet, named_area, read_axes
from hrge_xl.reader.expected import ExpectedWorkbook, ReadResult
from hrge_xl.reader.issued_cells import counted_from, normal_form
from hrge_xl.reader.gate import open_untrusted
from hrge_xl.reader.identity import teams_named
from hrge_xl.reader.limits import LIMITS, ReadLimits
from hrge_xl.reader.ooxml_styles import is_date_format
from hrge_xl.reader.office_files import MOST_HEADS, MOST_TITLES, look_into, table_of
from hrge_xl.reader.ooxml_parts import shared_text
from hrge_xl.reader.other_formats import checks_lost, lengthened
from hrge_xl.reader.raw import (
    Area,
    CellKind,
    Follower,
    Overlay,
    RawCell,
    RawSheet,
    Unreadable,
    parse_area,
)
from hrge_xl.reader import read as reader_read
from hrge_xl.reader.read import raw_workbook
from hrge_xl.reader.retired_questions import OldSheet
from hrge_xl.reader.sandbox import look_outside
from hrge_xl.reader.mail import OutlookMessage, is_mail, moment_of
from hrge_xl.reader.unpacking import SourceFile, found_in, open_layers
from hrge_xl.reader.zip_package import ZipPackage
from hrge_xl.checks import closed_rows
from hrge_xl.checks.doubts import mark_doubts
from hrge_xl.checks.run import judge
from hrge_xl.findings import (
    CATALOGUE,
    FAMILIES,
    Finding,
    Kind,
    Need,
    Severity,
    USUALLY_SHOWN,
    Words,
    file,
    general,
    identity,
    kind_called,
    sentence,
    shown as findings_shown,
    structure,
    value,
    waived,
)
from hrge_xl.findings.model import ACTIVE
from hrge_xl.dataset import work
from hrge_xl.outputs import (
    data_xlsx,
    exports,
    overview as overview_module,
    write_report,
)
from hrge_xl.dataset.aggregates import SELECTS, compute_aggregates_here, risks
from hrge_xl.dataset.aggregates.indicators import (
    DOUBLED,
    KINDS,
    NOT_ADDED,
    NO_KIND,
    NO_RATIO,
    UNITS,
    shape,
    total_of,
    totals,
    NO_VALUE,
    RESTATED,
    Value as values_Value,
    lines_and_values,
)
from hrge_xl.dataset.aggregates.risks import risk_parts
from hrge_xl.dataset.aggregates.sql import Sources, distinct
from hrge_xl.outputs.table_files import rows_of, table_of as extract_table_of
from hrge_xl.dataset.dimensions import allowed_values, dimensions, pattern
from hrge_xl.dataset.deciding import decide
from hrge_xl.ledger.judgements import Decision, decisions, history, waivers
from hrge_xl.dataset.definitions import TYPES, selection
from hrge_xl.ledger.chain import JOURNAL
from hrge_xl.ledger.files import kept_at, only_writer, sha256_of
from hrge_xl.ledger.events import Arrival
from hrge_xl.ledger.ledger import DATASET, FIRST_SEEN, LEFT_OUT, LOST, Ledger
from hrge_xl.dataset.opening import open_store, open_url, opened, temporary_dataset
from hrge_xl.dataset.reconciliation import Reconciliation, WORDS, periods
from hrge_xl.dataset.return_status import (
    ARRIVED,
    CONFLICT,
    COUNTS,
    ReturnEntry,
    SAVED,
    STATUSES,
    SUPERSEDED,
    WAITING,
    WITHDRAWN,
    lateness_day,
    moment,
    return_statuses,
)
from hrge_xl.dataset.returns import heads, result, returns
from hrge_xl.dataset.work import (
    RowCheck,
    Task,
    check_engine,
    rows_on_worker,
)
from hrge_xl.dataset.rows import RowBuilder, submission_id
from hrge_xl.dataset.schema import (
    ANSWERS_FACT,
    COLUMNS as DATASET_COLUMNS,
    GROUPS,
    LABEL,
    META,
    Rows,
    SUBMISSIONS,
    Schema,
    TABLES,
    Table,
    TableColumn,
    field_column,
)
from hrge_xl.ledger.seals import faults
from hrge_xl.dataset.store import OF_DATABASE, Store, open_file
from hrge_xl.dataset.ingest import Options, ingest
from hrge_xl.dataset.workers import in_batches, workers, workers_elsewhere
from hrge_xl.privacy.sharing import MASKED, shared
from hrge_xl.privacy.suppression import AdditiveRelation, is_sensitive, suppress
from hrge_xl.rounds.datasets import sources
from hrge_xl.coordination.mail import MailType
from hrge_xl.coordination.mail.messages import as_eml, PLACEHOLDERS, filled, standard
from hrge_xl.rounds.round_status import NOTES, STATES as ROUND_STATUS_STATES, status
from hrge_xl.rounds.rounds import KEY
from hrge_xl.coordination.generation import PAGES, guide, guide_name, orders, taken_along
from hrge_xl.rounds.teams import COLUMNS, HEADS, MOST_TEAMS, Team, read_list
from hrge_xl.coordination import generation
from hrge_xl.audit import (
    differences as dataset_differences,
    second_opinion as second_opinion_module,
)
from hrge_xl.audit.files_again import rounds_at_hand, read_report
from hrge_xl.audit.audit import Part, VerificationRequest, verify
from hrge_xl.audit.differences import (
    Difference,
    RowNames,
    cells_apart,
    of_database,
    of_file,
    of_schema,
    of_tables,
)
from hrge_xl.audit.report_again import TAKEN_OVER, find as comparison_find, report_again, summed_up
from hrge_xl.audit.second_opinion import (
    BLANK,
    EQUAL,
    Opinion,
    Seen,
    cells_of,
    equality,
    second_opinion,
)
from hrge_xl.audit.dataset_again import (
    dataset_again,
    faults_of_files,
    faults_of_issued,
    faults_of_spec,
    rounds_not_at_hand,
    sources_of,
)
from hrge_xl.outputs.table_sheets import (
    CodeLabels,
    SEVERITIES as SEVERITIES_IN_WORDS,
    readable_columns,
)
from hrge_xl.outputs.data_xlsx import write_workbook
from hrge_xl.outputs.exports import description, formats_there, write_shareable
from hrge_xl.outputs.build import file_rows, run_id
from hrge_xl.outputs.charts import (
    Mark,
    country_map,
    draw_columns,
    draw_lines,
    draw_steps,
    on_map,
    outlines,
    width,
)
from hrge_xl.outputs.document import CALLED, Document, SCHEMA, SEVERITIES, visible
from hrge_xl.outputs.feedback import GivenBack, give_back
from hrge_xl.outputs.feedback_files import message
from hrge_xl.outputs.formats import html as html_module, json, xlsx
from hrge_xl.outputs.formats.json import render
from hrge_xl.outputs.brief import (
    TeamGroup,
    pages_of_folder,
    team_groups,
    of_dataset as brief_of_dataset,
    page_of as brief_page_of,
)
from hrge_xl.outputs.page_summary import MOST_INDICATORS
from hrge_xl.outputs.overview import of_dataset, page_of, page_of as overview_page_of
from hrge_xl.outputs.overview_build import LEAST_FIRST, build_overview
from hrge_xl.outputs.overview_model import FigureBlock, FigureSource, MOST_ROWS, Overview
from hrge_xl.outputs.figures import MOST_ROWS_OF_A_QUESTION, OF_A_FINDING, _Rows
from hrge_xl.outputs.formats.xlsx import sheets as report_sheets
from hrge_xl.outputs.page import environment, isolated
from hrge_xl.outputs.specs import html, text
from hrge_xl.cli import COMMANDS, cli, program as doctor, terminal
from hrge_xl.cli.common import command_line
from hrge_xl.cli.program import SHELLS
from hrge_xl.cli.findings_view import (
    WORDS as VIEW_WORDS,
    FoldedPrinter,
    by_importance,
    print_every_line,
)
from hrge_xl.cli.round import generate as generate_command
from hrge_xl.cli.terminal import (
    Bar,
    block,
    colours,
    colours_of_environment,
    data,
    line,
    progress_shown,
    shown as terminal_shown,
    style,
)
from hrge_xl.cli.status import HEADS as STATUS_HEADS, _print_narrow
from hrge_xl.cli.week import week_lines
from hrge_xl.answers import submission
