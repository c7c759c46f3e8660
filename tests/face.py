"""What tests use of the inside of the program, beside its verbs, its command line, specs and files.

The one module of the tests that knows where these things are made: where the inside is built anew, it changes and no
test does.
"""

# ruff: noqa: F401, I001

# what every part has in common: answers, errors, words, numbers, files
from hrge_xl.core import (
    message_templates as kept_texts,
    numerals,
    paths as addresses,
    paths as shell_words,
    program as engine_module,
    words,
)
from hrge_xl.exchange import issuing, spec_smoke_test as soundness, validation
from hrge_xl.answers import submission as stamp
    paths,
    program as engine_module,
    message_templates as kept_texts,
    numerals,
    paths,
    words,
)
from hrge_xl.exchange import issuing, spec_smoke_test as soundness, validation
    paths,
    program as engine_module,
    message_templates as kept_texts,
    numerals,
    paths,
    words,
)
from hrge_xl.exchange import issuing, spec_smoke_test as soundness, validation
    paths,
    program as engine_module,
    message_templates as kept_texts,
    numerals,
    paths,
    words,
)
from hrge_xl.exchange import issuing, spec_smoke_test as soundness, validation
    paths,
    program as engine_module,
    message_templates as kept_texts,
    numerals,
    paths,
    words,
)
from hrge_xl.exchange import issuing, spec_smoke_test as soundness, validation
    paths,
    program as engine_module,
    message_templates as kept_texts,
    numerals,
    paths,
    words,
)
from hrge_xl.exchange import issuing, spec_smoke_test as soundness, validation
    paths,
    program as engine_module,
    message_templates as kept_texts,
    numerals,
    paths,
    words,
)
from hrge_xl.exchange import issuing, spec_smoke_test as soundness, validation
    paths,
    program as engine_module,
    message_templates as kept_texts,
    numerals,
    paths,
    words,
)
from hrge_xl.exchange import issuing, spec_smoke_test as soundness, validation
from hrge_xl.answers import submission
from hrge_xl.core.paths import is_address, masked
from hrge_xl.answers.answer import Answer, Answers, Key, State, Value
from hrge_xl.exchange.prefill import from_file, from_mapping
from hrge_xl.exchange.issuing import issue_files
from hrge_xl.coordination.consolidation import Summary
from hrge_xl.core.dates import EARLIEST, LATEST, parse_day, parse_moment
from hrge_xl.coordination.demonstration import play, saved_on, story, type_into, Typed
from hrge_xl.core.program import program_digest as engine
from hrge_xl.core.errors import (
    Exit,
    HrgeError,
    LimitError,
    Mistake,
    OutputError,
    RoundError,
    SpecError,
    StoreError,
    UsageError,
)
from hrge_xl.core.program import isolate_failures as apart, UnfitRow
from hrge_xl.core.program import write_log
from hrge_xl.exchange.issuing import (
    contents_for,
    identity_of,
    layout_for,
    sample_order,
    sample_workbook,
    starting_answers,
    submission_of,
)
from hrge_xl.core.message_templates import MessageTemplate as Kept, text_of as said
from hrge_xl.answers.answer import (
    CLOSED,
    last_digest as last_answers_digest_of,
    read_last,
    last_to_text as written,
)
from hrge_xl.exchange.prefill import go_on, Prefill
from hrge_xl.core.numerals import (
    Ambiguous,
    FIRST_DAY,
    from_serial,
    LAST_DAY,
    LAST_SERIAL,
    OtherCalendar,
    parse_date,
    parse_number,
    refuse_other_calendar,
    shown,
    to_serial,
)
from hrge_xl.core.output_files import not_written, parts_of, whole, write_whole
from hrge_xl.core.paths import expand, MOST_LIST_BYTES, MOST_LISTS_DEEP, path_of, path_text, read_regular
from hrge_xl.coordination.week import RefreshResult
from hrge_xl.exchange.spec_smoke_test import sample_answers
from hrge_xl.core.paths import quoted as shell_words_quoted
from hrge_xl.answers.submission import from_pairs, Identity, PROPERTY_PREFIX, sign, to_pairs
from hrge_xl.core.suggest import plain
from hrge_xl.core.spec_parts import Text
from hrge_xl.core.work import listening, track_progress as under_way_steps, report_progress as under_way
from hrge_xl.exchange.validation import (
    ACCEPTED,
    checked,
    ProgramFault as Fault,
    FileToCheck,
    Readers,
    readers,
    REFUSED,
    Result,
    RETURNED,
    SpecBroken,
    validated,
)
from hrge_xl.core.words import (
    beginning,
    CATALOGUES,
    cell_length,
    CELL_LIMIT,
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
    PROMPT_LIMIT,
    right_to_left,
    skeleton,
    SOURCE_LANGUAGE,
    spaceless,
    tidy,
    tidy_lines,
    translator,
    western_digits,
)

# specs, their fields and their language
import hrge_xl.importing as draft_spec
from hrge_xl.importing import Draft as drafting_Draft, drafted
from hrge_xl.importing.guess import DraftBlock, DraftField, DraftSpec, guess, item_codes, list_name, tool_code
from hrge_xl.importing.read import read
from hrge_xl.fields import (
    CellValue as Cell,
    ColumnKind,
    COMMON_OPTIONS,
    Evidence,
    Field,
    FIELD_TYPES,
    FieldType,
    kind_of,
    Reading,
    TICK,
    tick_spellings,
    Vocabularies,
    YES_NO,
)
from hrge_xl.fields.choices import OFFERED
from hrge_xl.fields.text import personal_data
from hrge_xl.language import (
    Aggregate,
    Arithmetic,
    Call,
    Choose,
    Compare,
    Expr,
    FIGURES,
    Function,
    FUNCTIONS,
    Literal,
    Logic,
    Not,
    parse,
    parse_condition,
    Problem,
    reader_only,
    Ref,
    Type,
)
from hrge_xl.language.compiler import Unknown
from hrge_xl.language.patterns import compiled as patterns_compiled, EMAIL, fits, in_a_sheet, NotAPattern
from hrge_xl.spec import carried
from hrge_xl.spec.carried import (
    as_bytes,
    as_text,
    COMPRESSED,
    digest_of,
    find as carried_find,
    LONG,
    MOST,
    pack,
    place,
    write as carried_write,
)
from hrge_xl.spec.diff import Change, Effect
from hrge_xl.spec.issuance import Choice, choose, needed_tools
from hrge_xl.spec.compiled import compiled
from hrge_xl.spec.expressions import wrong_syntax as slip
from hrge_xl.spec.supplements import IndicatorFigures
from hrge_xl.spec import load as loading
from hrge_xl.spec.carried import CACHE, recall
from hrge_xl.spec.load import find, names, SPEC_HOMES
from hrge_xl.spec.lookup import countries, country_codes, languages as lookup_languages
from hrge_xl.spec.model import (
    AnyBlock,
    CatalogueBlock,
    ChecklistBlock,
    CollectBlock,
    Covered,
    FormBlock,
    Identity as model_Identity,
    OF_ROUNDS,
    ItemsFrom,
    PivotBlock,
    RegisterBlock,
    Rule,
    Spec,
)
from hrge_xl.spec.yaml_file import dumped
from hrge_xl.spec.issuance import facts_about
from hrge_xl.spec.supplements import (
    COVER_KEY,
    FEEDBACK_KEY,
    IDENTITY_KEY,
    IDENTITY_SHEET,
    KEYS,
    LEFTOVER_KEY,
    LISTS_KEY,
    NAMES,
    SAMPLE_KEY,
)
from hrge_xl.spec.scope import parsed, Scope
from hrge_xl.spec.lookup import vocabularies
from hrge_xl.spec.common_mistakes import common_mistakes as slip_table
from hrge_xl.spec.translating import (
    as_file,
    mistakes,
    new_catalogue,
    to_translate,
    untranslated,
    TextToTranslate,
    updated,
    wanted_of,
)
from hrge_xl.spec.translations import DRAFT, FOLDER, is_draft, LETTER, read_catalogue, Translations

# layouts, and workbooks that are written
from hrge_xl.layout import (
    address,
    build,
    column_letters,
    Drawn,
    Grid,
    Layout,
    ListPlace,
    offered_rows,
    Place,
    quoted,
    Sheet,
    Slot,
)
from hrge_xl.layout.messages import remedy
from hrge_xl.layout.lists import LEVELS, reference_name
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
    PURPOSE_ROW,
    TITLE_ROW,
    TODAY_NAME,
)
from hrge_xl.layout.wording import text as wording_text, Wording
from hrge_xl.workbook import Content, cover_lines, draw, Urgency, write
from hrge_xl.workbook.excel_formula import ExcelFormula
from hrge_xl.workbook.row_checks import measure, too_large
from hrge_xl.workbook.feedback_sheets import CORRECTIONS, LEFTOVERS
from hrge_xl.workbook.drawing import Member, package
from hrge_xl.workbook.cell_writer import broken_lines, sharable
from hrge_xl.workbook.grids import TITLE_LIMIT

# files that came back
from hrge_xl import reader as intake
from hrge_xl.reader import (
    File,
    gate,
    ooxml,
    ooxml_parts,
    ooxml_rows,
    other_formats,
    RawWorkbook,
    Refusal,
    sandbox,
    stamp_alone,
    worker,
)
from hrge_xl.reader.safe_xml import Cache
from hrge_xl.reader.worker import dumps, loads
from hrge_xl.reader.expected import ExpectedWorkbook, ReadResult
from hrge_xl.reader.issued_cells import counted_from, normal_form
from hrge_xl.reader.gate import open_untrusted as admit
from hrge_xl.reader.identity import teams_named
from hrge_xl.reader.limits import ReadLimits as Limits, LIMITS
from hrge_xl.reader.ooxml_styles import format_of, is_date_format, seen
from hrge_xl.reader.office_files import look_into, MOST_HEADS, MOST_TITLES, table_of
from hrge_xl.reader.ooxml_parts import shared_text
from hrge_xl.reader.other_formats import checks_lost, lengthened
from hrge_xl.reader.raw import (
    Area,
    CellKind,
    Overlay,
    Follower,
    RawCell,
    RawSheet,
    Unreadable,
    Validation,
)
from hrge_xl.reader.read import AS_ISSUED, raw_workbook
from hrge_xl.reader.raw import parse_area
from hrge_xl.reader.retired_questions import OldSheet, was_issued
from hrge_xl.reader.sandbox import (
    import_places,
    confine,
    Confinement,
    limit_by_job,
    look_outside,
    systems,
)
from hrge_xl.reader.sandbox.systems import allow_reading_only
from hrge_xl.reader.tool_sheets import named_area, read_axes, ToolSheet
from hrge_xl.reader.mail import is_mail, moment_of, OutlookMessage
from hrge_xl.reader.unpacking import (
    ASK,
    Found,
    found_in,
    SourceFile as Job,
    SkippedFile as Left,
    MOST_LAYERS,
    open_layers,
    UnreadableContainer as Unopened,
    Workbook,
)
from hrge_xl.reader.worker import Died, Reason, run_guarded, serve, WorkerPool
from hrge_xl.reader.zip_package import ZipPackage
from hrge_xl.answers.submission import Outcome, ShownChecks, Submission, Unplaced, Verdict

# checks and findings
from hrge_xl import checks
from hrge_xl.checks import closed_rows
from hrge_xl.checks.doubts import in_doubt
from hrge_xl.checks.run import judge
from hrge_xl.findings import (
    structure,
    CATALOGUE,
    FAMILIES,
    file,
    Finding,
    general,
    Kind,
    kind_called,
    Need,
    sentence,
    Severity,
    shown as findings_shown,
    structure,
    identity,
    USUALLY_SHOWN,
    value,
    waived,
    Waiver,
    Words,
)
from hrge_xl.findings.model import ACTIVE

# datasets, ledgers, and what may be shared
from hrge_xl.dataset import store, table_files as clean, work
from hrge_xl.dataset.aggregates import risks, SELECTS
from hrge_xl.dataset.aggregates.indicators import (
    DOUBLED,
    KINDS,
    NO_KIND,
    NO_RATIO,
    NOT_ADDED,
    shape,
    total_of,
    totals,
    UNITS,
)
from hrge_xl.dataset.aggregates.risks import placed_risks, risk_parts
from hrge_xl.dataset.aggregates.sql import distinct, Sources
from hrge_xl.dataset.aggregates.values import lines_and_values, NO_VALUE, RESTATED, Value as values_Value
from hrge_xl.dataset.table_files import harmless
from hrge_xl.dataset.dimensions import allowed_values as values, pattern, right_answers
from hrge_xl.dataset.deciding import decide
from hrge_xl.ledger.judgements import Decision, decisions, history
from hrge_xl.dataset.definitions import selection, TYPES
from hrge_xl.dataset.compute_aggregates import derive_here
from hrge_xl.ledger.chain import LedgerEntry as Entry, TEXTS
from hrge_xl.dataset.aggregates import compute_aggregates_here
from hrge_xl.ledger.chain import Entry, TEXTS
from hrge_xl.ledger.files import LOCK, only_writer, sha256_of
from hrge_xl.dataset.frame_schemas import Failure, first_failure, FrameSchema, python_schema
from hrge_xl.ledger.chain import JOURNAL, read_journal
from hrge_xl.ledger.events import Arrival, Arrived
from hrge_xl.ledger.ledger import DATASET, FIRST_SEEN, Ledger, LEFT_OUT, LOST
from hrge_xl.dataset.opening import open_dataset, open_url, opened
from hrge_xl.dataset.reconciliation import periods
from hrge_xl.ledger.files import kept_at
from hrge_xl.core.paths import name_of
from hrge_xl.dataset.reconciliation import reconciled, reconciliation, Reconciliation, WORDS
from hrge_xl.dataset.return_status import (
    ARRIVED,
    CONFLICT,
    COUNTS,
    ReturnEntry,
    STATUSES,
    lateness_day,
    moment,
    return_statuses,
    SAVED,
    based_on_old_version as steps_back,
    SUPERSEDED,
    WAITING,
    WITHDRAWN,
    workbook_versions,
)
from hrge_xl.dataset.returns import heads, result, returns
from hrge_xl.dataset.work import RowCheck
from hrge_xl.dataset.rows import all_rows, RowBuilder, submission_id
from hrge_xl.dataset.run_history import last_change
from hrge_xl.dataset.schema import (
    AGGREGATE_INDICATORS,
    AGGREGATE_NUMBERS,
    CODES,
    COLUMNS as DATASET_COLUMNS,
    field_column,
    GROUPS,
    LABEL,
    META,
    Schema,
    SLOTS,
    SUBMISSIONS,
    TABLES,
)
from hrge_xl.ledger.seals import faults
from hrge_xl.dataset.work import SHARDS, take, write_shard
from hrge_xl.dataset.store import OF_DATABASE, open_file, Store
from hrge_xl.dataset.schema import TableColumn as table_Column, Row, Rows, Table
from hrge_xl.dataset.ingest import ingest as take_in, Options
from hrge_xl.dataset.opening import temporary_dataset
from hrge_xl.ledger.judgements import waivers
from hrge_xl.dataset.work import check_engine, shard_of, submissions_of, Task
from hrge_xl.dataset.workers import cluster, in_batches, workers
from hrge_xl.privacy.sharing import MASKED, shared
from hrge_xl.privacy.suppression import AdditiveRelation as Sum, is_sensitive, suppress

# rounds, teams and mails
from hrge_xl.rounds.datasets import Dataset, sources
from hrge_xl.coordination.mail import MailType, REMINDERS
from hrge_xl.coordination.mail.eml import as_eml, Mail
from hrge_xl.coordination.mail.templates import filled, PLACEHOLDERS, standard
from hrge_xl.rounds.receiving import Received
from hrge_xl.rounds.round_status import NOTES, STATES as ROUND_STATUS_STATES, status, TeamStatus
from hrge_xl.rounds.rounds import KEY, Round, round_around
from hrge_xl.rounds.teams import HEADS, MOST_TEAMS, read_list, TeamList
from hrge_xl.rounds.teams import COLUMNS, Team
from hrge_xl.rounds.rounds import update_spec

# reports, exports and audits
from hrge_xl.coordination import generation as guides
from hrge_xl.audit import differences as dataset_differences, second_opinion as second_opinion_module
from hrge_xl.audit.audit import Audit, Part, verify, VerificationRequest
from hrge_xl.audit.dataset_again import (
    dataset_again,
    faults_of_files,
    faults_of_issued,
    faults_of_spec,
    rounds_not_at_hand,
    sources_of,
)
from hrge_xl.audit.differences import Difference
from hrge_xl.audit.files_again import rounds_at_hand, Setting
from hrge_xl.audit.report_again import find as comparison_find, report_again, summed_up, TAKEN_OVER
from hrge_xl.audit.report_file import read_report
from hrge_xl.audit.differences import (
    cells_apart,
    of_database,
    of_file,
    of_schema,
    of_tables,
    RowNames,
)
from hrge_xl.audit.second_opinion import (
    BLANK,
    cells_of,
    EQUAL,
    equality,
    explanations,
    Opinion,
    second_opinion,
    Seen,
)
from hrge_xl.outputs import data_xlsx, exports
from hrge_xl.outputs.table_sheets import CodeLabels, readable_columns, SEVERITIES as SEVERITIES_IN_WORDS
from hrge_xl.outputs.data_xlsx import write_workbook
from hrge_xl.outputs.exports import description, formats_there
from hrge_xl.outputs.extract import rows_of, table_of as extract_table_of
from hrge_xl.outputs.exports import write_shareable
from hrge_xl.coordination.generation import guide, guide_name, orders, PAGES, taken_along
from hrge_xl.outputs import FORMATS, overview as overview_module, page, shown_text, write_report
from hrge_xl.coordination.guides import guide, guide_name, PAGES
from hrge_xl.outputs import FORMATS, overview as overview_module, page, write_report
from hrge_xl.outputs.build import file_rows, run_id
from hrge_xl.outputs.compare import compared, paired, Said, Side
from hrge_xl.outputs.document import (
    CodeRow,
    Document,
    FileRow,
    FindingRow,
    IdentityRow,
    MatrixCell,
    MatrixRow,
    Progress,
    SCHEMA,
    Summary as document_Summary,
    visible,
)
from hrge_xl.outputs.charts import (
    ChartColumn,
    columns,
    country_map,
    lines,
    Mark,
    on_map,
    outlines,
    Point,
    steps,
)
from hrge_xl.outputs.feedback import give_back, GivenBack
from hrge_xl.outputs.feedback_files import message
from hrge_xl.outputs.formats import html as html_module, json, junit, sarif, xlsx
from hrge_xl.outputs.formats.json import render
from hrge_xl.outputs.overview import page_of
from hrge_xl.outputs.overview_build import LEAST_FIRST, MISSING, overview, STATES, teams
from hrge_xl.outputs.overview import of_dataset, overview_of_folder
from hrge_xl.outputs.overview_model import FigureSource, MOST_ROWS, Overview
from hrge_xl.outputs.overview_questions import _Rows, MOST_ROWS_OF_A_QUESTION, OF_A_FINDING
from hrge_xl.outputs.document import SEVERITIES
from hrge_xl.outputs.document import CALLED
from hrge_xl.outputs.formats.xlsx import sheets as report_sheets
from hrge_xl.outputs.page import environment, isolated
from hrge_xl.outputs.specs import html, text, touched_files

# the command line
from hrge_xl import cli as cli_module
from hrge_xl.cli import cli, COMMANDS, program as doctor, settings, terminal as progress
from hrge_xl.cli.common import command_line
from hrge_xl.cli.program import SHELLS
from hrge_xl.cli.findings_view import by_importance, print_every_line, print_folded
from hrge_xl.cli.round import generate as generate_command
from hrge_xl.cli.status import _print_narrow, HEADS as STATUS_HEADS
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
from rich.cells import cell_len as taken
from hrge_xl.cli.week import week_lines
