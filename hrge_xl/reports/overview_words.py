"""Every word of the overview in one language. Numbers stand beside their words, so that none has to agree."""

from __future__ import annotations

from ..dataset.aggregates.indicators import DOUBLED, KINDS, NO_KIND, NO_RATIO, NOT_ADDED, UNITS
from ..dataset.return_status import may_be_shared, status_words
from ..dataset.schema import MASKED
from ..words import Translate


def words(say: Translate) -> dict[str, str]:
    """Name → text. What stands in braces is filled in."""
    return {
        "page": say("Overview"),
        "skip": say("Skip to the summary"),
        "contents": say("Contents"),
        "as_of": say("As of {day}"),
        "round": say("Round"),
        "no_period": say("none stated"),
        "other_periods": say("Other periods in this dataset, with the returns that count: {periods}"),
        "periods": say("Periods compared"),
        "periods_text": say(
            "Each period is shown by itself; nothing is added up across periods. Indicators have "
            "periods of their own."
        ),
        "returns": say("Returns that count"),
        "summary": say("Summary"),
        "teams": say("Teams"),
        "team": say("Team"),
        "who": say("Who has answered"),
        "who_text": say("Teams that were expected: {n}. Answered: {answered}. Not answered: {missing}."),
        "who_unknown": say("Teams that answered: {n}. Who else was expected is not known here."),
        "not_answered": say("Not answered"),
        "received": say("Files that came in, over all periods:"),
        **{f"part_{key}": text for key, text in status_words(say).items()},
        "country": say("Country"),
        "state": say("State"),
        "accepted": say("Accepted"),
        "returned": say("Returned for correction"),
        "missing": say("Not answered"),
        "waiting": say("Waits for a decision"),
        "unexpected": say("Not in this round"),
        "deadline": say("Deadline"),
        "days_late": say("Days late"),
        "correction_overdue": say("Correction overdue (days)"),
        "complete": say("Required answers"),
        "of": say("{answered} of {required}"),
        "errors": say("Errors"),
        "file": say("File"),
        "completeness": say("Completeness"),
        "completeness_text": say("Required answers given, in percent, by team and sheet."),
        "all_teams": say("All teams"),
        "risks": say("Risks"),
        "risks_text": say("Number of risks in each cell of the matrix. Each number leads to its rows."),
        "before": say("Before mitigation"),
        "after": say("After mitigation"),
        "teams_behind": say("Teams behind it: {n}"),
        "by_tool": say("By sheet"),
        "by_country": say("By country"),
        "unplaced": say("Without a level: {n}"),
        "top_risks": say("Most serious risks"),
        "top_risks_text": say("The first {shown} of {all} open risks, by the level after mitigation."),
        "no_risks": say("No risks were entered."),
        "indicators": say("Indicators"),
        "indicators_text": say(
            "Totals stand only where unit, kind of value and period agree, each with the number of teams behind it."
        ),
        "no_indicators": say("No indicator values were entered."),
        "period": say("Period"),
        "total": say("Total"),
        "sum": say("Sum over the teams"),
        "pooled": say("Sum of the numerators divided by the sum of the denominators"),
        "no_total": say("No total: {why}"),
        "range": say("From {least} to {most}"),
        "unit": say("Unit"),
        "without": say("Teams without a value: {n}"),
        "aim": say("Baseline {baseline}, target {target}"),
        "progress_text": say("{progress} of the way from {baseline} to {target}"),
        "without_target": say("Not in it: teams without a value: {n}, whose targets add up to {target}"),
        "status": say("Status"),
        "trend": say("Trend"),
        "trend_text": say(
            "Since {previous}, in the teams that reported both periods ({n}): {before}, now {now} ({change})"
        ),
        "trend_none": say("Since {previous}: teams that reported both periods: {n}; no comparable total"),
        "earlier": say("Earlier periods"),
        "split": say("Split by {what}"),
        "split_without": say("Values without this split: {n}"),
        "split_disagrees": say("Values that are not the sum of these parts: {n}"),
        "rows_behind": say("Rows behind it: {n}"),
        "rows_capped": say("The first {shown} of {all} rows; all of them are in the dataset."),
        "masked": say("masked"),
        "gaps": say("Questions most often answered with no"),
        "gaps_card": say("Questions that a team answered with no"),
        "gaps_text": say("The first {shown} of {all} questions that at least one team answered with no."),
        "no_gaps": say("No question was answered with no."),
        "teams_no": say("Teams that say no"),
        "answers": say("Answers"),
        "overdue": say("Overdue actions"),
        "overdue_text": say("Open actions past their due date: {n}."),
        "no_overdue": say("No open action is overdue."),
        "due": say("Due date"),
        "about": say("How this page was made"),
        "about_counted": say(
            "Files included in the figures: {n}. Of these, returned with errors: {returned}."
        ),
        "about_cap": say(
            "At most {n} rows are listed behind one figure; the page says where there are more."
        ),
        "about_trace": say(
            "Every row names its file, sheet and cell. The files are in the folder of the dataset."
        ),
        "about_paper": say("On paper the rows behind the figures are left out."),
        "not_shared": say(
            "Not for sharing: small counts of people are shown. With --shareable, hrge-xl consolidate makes a "
            "version in which these are masked."
        ),
        "shared": may_be_shared(say),
        "left_out": say("Not counted here, because it must not be shared: {sheets}"),
        "spec": say("Spec"),
        "program": say("Program"),
        "back": say("Back to the top"),
        "map": say("Countries"),
        "map_note": say(
            "Outlines are simplified (Natural Earth, public domain). Dotted borders are disputed or "
            "unsettled. The map says nothing about the status of any territory or of its borders."
        ),
        "map_colours": say("Each country has the colour of its team that is least far."),
        "off_map": say("Not on the map: {names}"),
        "arrivals": say("Returns over time"),
        "arrivals_text": say(
            "Returns that count, cumulative by the day that lateness is measured by: {n}. Without such "
            "a day: {without}."
        ),
        "day": say("Day"),
        "day_returns": say("Returns on this day"),
        "by_then": say("Total by then"),
        "on_time": say("Of these by the deadline: {n}"),
        "baseline": say("Baseline"),
        "target": say("Target"),
        "progress": say("Progress to target"),
        "by_team": say("By team and level"),
        "shades": say("The darker a cell, the more of its answers have been given."),
        "profile": say("Profile of the questions"),
        "profile_text": say(
            "Every question with its answers: first those most often answered with no, then those most often left "
            "blank, then those whose answers differ most. Questions: {n}."
        ),
        "profile_more": say("Other questions: {n}"),
        "missing_answers": say("Missing: {n}"),
        "history": say("Since the last run"),
        "history_text": say("The last run, of {day}, compared with the one of {before}."),
        "no_history": say("There is no earlier run to compare with."),
        "files_came": say("New files"),
        "files_gone": say("Files no longer there"),
        "files_moved": say("Files with another status"),
        "findings_fixed": say("Findings fixed: {n}"),
        "findings_new": say("New findings: {n}"),
        "figures_moved": say("Figures that moved"),
        "figure": say("Figure"),
        "was": say("Before"),
        "is": say("Now"),
        "answered_all": say("Required answers given"),
        "required_all": say("Required answers"),
        "high": say("Risks at the highest level after mitigation"),
        "none": say("none"),
        UNITS: say("the units differ"),
        KINDS: say("the kinds of value differ"),
        NO_KIND: say("the kind of value is not known"),
        NOT_ADDED: say("values of this kind are not added up"),
        DOUBLED: say("two values for one country and period"),
        NO_RATIO: say("numerators or denominators are missing"),
        MASKED: say("masked"),
    }
