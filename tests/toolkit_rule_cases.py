"""For each rule of the Toolkit answers that make it fire, and a change after which it is silent.

Answers are written as the code of the field alone: on the sheet of the rule or the only sheet that has it, in its
first row. `T3.2 RSK_05` names the sheet, `RSK_05#2` the second row; `tick T2.5` marks a tool as used. None clears
an answer.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta

from tests.face import Value

TODAY = date(2026, 3, 1)
START = date(2026, 1, 1)
Written = dict[str, Value | None]


@dataclass(frozen=True)
class Case:
    """One firing and one silent example of a rule."""

    code: str
    fires: Written
    silent: Written
    tool: str = ""  # the sheet of the rule that it is about, where they differ; otherwise every one
    row: str = ""  # the only row that it fires in; otherwise the first
    last: Written = field(default_factory=dict)  # what was said in the round before
    without: tuple[str, ...] = ()  # sheets that were not issued


def ago(days: int) -> date:
    """A day before that of the check."""
    return TODAY - timedelta(days=days)


RISK: Written = {
    "RSK_10": 4.0,
    "RSK_11": 4.0,
    "RSK_20": 2.0,
    "RSK_21": 3.0,
    "RSK_27": "OPN",
}  # high, moderate
COUNT: Written = {"T4C_01": "IND-01", "T4B_01": "CB1", "T4C_06": 100.0}
SHARE: Written = {"T4C_01": "IND-01", "T4B_01": "CB2", "T4C_04": 20.0, "T4C_05": 40.0}
RECIPIENT: Written = {"T25_01": "INS-01", "T25_02": "Y", "T25_04": "NO", "T25_23": "GO"}
LESSON: Written = {"T38_02": "A lesson", "T38_20": "Y"}
FIRST: Written = {"T4C_01": "IND-01", "T4C_02": "PAK", "T4C_03": "2025-H1"}
FOCUS: Written = {"tick T4.B": "Y", "T4B_03": "A result", "T4B_04": "OUT"}
VALUE: Written = {"T4C_01": "IND-01", "T4C_16": 100.0}
HALF: Written = {"T4C_01": "IND-01", "FRM_06": START, "FRM_07": date(2026, 6, 30)}

CASES = [
    Case("R-F01", {"FRM_18": "word " * 141}, {"FRM_18": "word " * 140}),
    Case("R-F01", {"FRM_18": "word " * 150}, {"FRM_18": "word " * 151}),
    Case("R-F04", {"FRM_22": "Y", "FRM_06": START}, {"T3.4 RSK_03": "A new risk"}),
    Case("R-F04", {"FRM_22": "Y", "FRM_06": START, "T3.6 RSK_29": ago(90)}, {"T3.6 RSK_29": ago(1)}),
    Case("R-F04", {"FRM_22": "Y"}, {"FRM_22": "N"}),
    Case(
        "R-F05", {"FRM_24": "N", "T4B_23": "Police answer"}, {"T4B_23": "Some police answer"},
        last={"T4B_23": "Police answer"},
    ),
    Case(
        "R-F05", {"FRM_24": "P", "T4B_23": "It holds"}, {"T4B_23#2": "Another"}, last={"T4B_23": "It holds"},
    ),
    Case("R-F05", {"FRM_24": "N", "T4B_23": "It holds"}, {"FRM_24": "Y"}, last={"T4B_23": "It holds"}),
    Case("R-F07", {"tick T3.7": "Y"}, {"T37_02": "One change"}, row="T3.7"),
    Case("R-F07", {"tick T2.5": "Y"}, {"T25_06": START}, row="T2.5"),
    Case("R-F07", {"tick T4.C": "Y"}, {"tick T4.C": None}, row="T4.C"),
    Case("R-F08", {"tick T1.1": "Y"}, {"tick T1.1": None}, row="T1.1"),
    Case("R-F08", {"tick T3.8": "Y", "T38_02": "A lesson"}, {"tick T3.8": None}, row="T3.8"),
    Case("R-F09", {"T1.4 P1_REL": "H"}, {"tick T1.4": "Y"}, row="T1.4"),
    Case("R-F09", {"T21_11": "By sea"}, {"tick T2.1": "Y"}, row="T2.1"),
    Case("R-F09", {"T22_14": "An entry point"}, {"T22_14": None}, row="T2.2"),
    Case("R-F09", {"T23_02": "None found"}, {"T23_02": None}, row="T2.3"),
    Case("R-F09", {"T25_06": START}, {"tick T2.5": "N"}, row="T2.5"),
    Case("R-F09", {"CHK_ANS": "Y"}, {"tick T3.1": "Y"}, row="T3.1"),
    Case("R-F09", {"T4C_06": 1.0}, {"tick T4.C": "Y"}, row="T4.C"),
    Case("R-F18", {"tick T2.5": "N", "T25_06": START}, {"T25_06": None}, row="T2.5"),
    Case("R-F18", {"tick T2.1": "N", "T21_11": "By sea"}, {"tick T2.1": "Y"}, row="T2.1"),
    Case("R-F18", {"tick T2.2": "N", "T22_14": "An entry point"}, {"tick T2.2": None}, row="T2.2"),
    Case("R-F10", {"FRM_08": "XC", "tick T1.1": "Y", "tick T4.B": "Y"}, {"tick T2.6": "Y"}),
    *(
        Case("R-F11", {"FRM_08": pillar, "tick T3.1": "Y"}, {f"tick {tool}": "Y"})
        for pillar, tool in zip(
            ("SP", "LA", "CB", "RC", "PA"), ("T3.2", "T3.3", "T3.4", "T3.5", "T3.6"), strict=True
        )
    ),
    Case("R-F11", {"FRM_08": "SP", "tick T3.3": "Y"}, {"FRM_08": "XC"}),
    Case("R-F12", {"FRM_11": "Y", "T25_23": "GO"}, {"tick T2.5": "Y"}),
    Case("R-F12", {"FRM_11": "Y", "tick T2.5": "Y"}, {"T25_23": "GO"}),
    Case("R-F19", {"FRM_11": "Y"}, {"FRM_11": "N"}, without=("T2.5",)),
    Case("R-F14", FOCUS | {"FRM_14": 2.0, "T4B_01": "I02"}, {"T4B_01": "LA5"}),
    Case("R-F14", FOCUS | {"FRM_14": 3.0, "T4B_06": "HR"}, {"T4B_06": "BOTH"}),
    Case("R-F14", FOCUS | {"FRM_14": 3.0}, {"FRM_14": 1.0}),
    Case("R-F15", FOCUS | {"FRM_14": 0.0, "T4B_01": "LA5"}, {"T4B_01": "I02"}),
    Case("R-F15", FOCUS | {"FRM_14": 1.0, "T4B_06": "GE"}, {"T4B_04": "OPT"}),
    Case("R-F16", FOCUS | {"FRM_15": 2.0, "T4B_01": "LA5"}, {"T4B_01": "I02"}),
    Case("R-F16", FOCUS | {"FRM_15": 2.0, "T4B_06": "GE"}, {"T4B_06": "BOTH"}),
    Case("R-P02", {"P1_ANS": "Y"}, {"EV_SRC": "A report", "EV_CONF": "H"}, "T1.1"),
    Case("R-P02", {"P1_ANS": "N", "EV_SRC": "A report", "EV_CONF": "NS"}, {"P1_ANS": "NK"}, "T1.9"),
    Case("R-P02", {"EV_CONF": "NS", "EV_SRC": "A report"}, {"EV_CONF": "L"}, "T2.1E"),
    Case("R-P02", {"T22_06": "RR"}, {"EV_SRC": "Treaty collection"}, "T2.2"),
    Case("R-P02", {"T22_06": "S"}, {"T22_06": "NK"}, "T2.2"),
    Case("R-P02", {"T23_04": "P"}, {"EV_SRC": "Official gazette"}, "T2.3"),
    Case("R-P02", {"T24_01": "A court"}, {"EV_SRC": "Annual report"}, "T2.4"),
    Case("R-P02", {"T26_10": 2.0, "FRM_29": "SUB"}, {"FRM_29": "APP"}, "T2.6"),
    Case("R-P21", {"EV_CONF": "NS", "FRM_29": "APP"}, {"FRM_29": "DRF"}, "T2.1E"),
    Case("R-P21", {"T22_06": "N", "FRM_29": "FRZ"}, {"EV_SRC": "Treaty collection"}, "T2.2"),
    Case("R-P21", {"T23_04": "Y", "FRM_29": "APP"}, {"EV_SRC": "Official gazette"}, "T2.3"),
    Case("R-P21", {"T24_01": "A court", "FRM_29": "APP"}, {"EV_SRC": "Annual report"}, "T2.4"),
    Case("R-P21", {"T26_10": 2.0, "FRM_29": "APP"}, {"EV_SRC": "Interviews"}, "T2.6"),
    *(
        Case("R-P03", {"EV_SRC": "Official gazette"}, {"EV_SRC": f"Official gazette, {year}, no. 3"}, tool)
        for tool, year in zip(
            ("T1.1", "T1.9", "T2.1E", "T2.2", "T2.3", "T2.4", "T2.6"),
            (2026, 1998, 2020, 2000, 2011, 2025, 2024),
            strict=True,
        )
    ),
    Case("R-P03", {"EV_SRC": "Case 77, page 203"}, {"EV_SRC": None}, "T1.1"),
    Case("R-P04", {"T22_13": "NA"}, {"EV_NOTE": "No programme yet"}, "T2.2"),
    Case("R-P04", {"T23_07": "NA"}, {"T23_07": "NK"}, "T2.3"),
    Case("R-P04", {"T24_13": "NA"}, {"EV_NOTE": "A ministry without powers"}, "T2.4"),
    Case("R-P05", {"T21_03": date(2024, 12, 30), "FRM_06": START}, {"T21_03": date(2025, 1, 1)}),
    Case(
        "R-P20",
        {"tick T2.6": "Y", "T21_15": ("WOM", "DOM"), "T26_01": "WOM"},
        {"T26_02#2": ("MIG", "DOM")},
    ),
    Case("R-P20", {"tick T2.6": "Y", "T21_15": ("RUR",), "T26_01": "WOM"}, {"T21_15": ("OTH",)}),
    Case("R-P09", {"T23_05": "No clause", "T23_08": ("VOT",)}, {"EV_LINK": "ADV-01"}),
    Case("R-P09", {"T23_06": "No clause", "T23_08": ("VOT",)}, {"EV_NOTE": "A bill is under way"}),
    Case("R-P11", RECIPIENT | {"T25_17": "Y"}, {"T25_23": "NO"}),
    Case("R-P11", RECIPIENT | {"T25_17": "Y", "T25_23": "GOM"}, {"T25_17": "N"}),
    *(
        Case("R-P12", RECIPIENT | {factor: "NK"}, {"T25_23": "DEF"})
        for factor in ("T25_09", "T25_11", "T25_12", "T25_14", "T25_17")
    ),
    Case("R-P23", RECIPIENT | {"T25_22": "H"}, {"T25_22": "M"}),
    Case("R-P23", RECIPIENT | {"T25_22": "H"}, {"T25_23": "GOM"}),
    Case("R-P14", RECIPIENT | {"T25_09": "SYS", "T25_11": "N", "T25_12": "N"}, {"T25_23": "SUS"}),
    Case(
        "R-P14",
        RECIPIENT | {"T25_09": "SYS", "T25_11": "N", "T25_12": "N", "T25_23": "OUT"},
        {"T25_12": "P"},
    ),
    Case("R-P15", RECIPIENT | {"T25_28": ago(1)}, {"T25_28": TODAY}),
    Case("R-P24", RECIPIENT | {"T25_32": "Y", "T25_33": "N"}, {"T25_33": "Y"}),
    Case("R-P24", RECIPIENT | {"T25_32": "ASK", "T25_23": "GOM"}, {"T25_23": "DEF"}),
    Case("R-P16", RECIPIENT | {"T25_10A": ("UN",)}, {"T25_10A": ("UN", "CSO")}),
    Case(
        "R-P19",
        {"tick T2.6": "Y", "FRM_27": "All", "T26_11": ("OFF", "DAT")},
        {"T26_11#2": ("OFF", "CSO")},
    ),
    Case("R-R03", RISK | {"RSK_20": 5.0, "RSK_21": 5.0, "RSK_10": 2.0, "RSK_11": 2.0}, {"RSK_10": 5.0, "RSK_11": 5.0}),
    Case("R-R04", RISK | {"RSK_15": "ACC"}, {"RSK_16": "Train the staff"}),
    Case("R-R04", RISK | {"RSK_15": "ACC"}, {"RSK_20": 4.0, "RSK_21": 4.0}),
    Case("R-R18", RISK | {"RSK_15": "ACC"}, {"RSK_15": "ESC"}),
    Case("R-R18", RISK | {"RSK_15": "ACC"}, {"RSK_10": 3.0}),
    Case("R-R08", RISK | {"RSK_15": "ACC", "RSK_10": 3.0}, {"RSK_15": "RED"}),
    Case("R-R08", RISK | {"RSK_15": "ACC", "RSK_10": 3.0}, {"RSK_10": 2.0}),
    Case("R-R17", RISK | {"RSK_19": ago(31)}, {"RSK_27": "CLO"}),
    Case("R-R17", RISK | {"RSK_19": ago(31)}, {"RSK_19": ago(30)}),
    Case("R-R09", RISK | {"RSK_19": ago(30)}, {"RSK_19": ago(31)}),
    Case("R-R09", RISK | {"RSK_19": ago(1)}, {"RSK_19": TODAY}),
    Case("R-R10", RISK | {"RSK_29": ago(91)}, {"RSK_29": ago(90)}),
    Case("R-R10", RISK | {"RSK_29": ago(31), "RSK_20": 4.0, "RSK_21": 4.0}, {"RSK_29": ago(30)}),
    Case("R-R10", RISK | {"RSK_29": ago(91)}, {"RSK_27": "CLO"}),
    Case("R-R14", RISK | {"RSK_04": "DUTY"}, {"T25_02": "Y"}),
    Case("R-R14", RISK | {"RSK_04": "DUTY"}, {"RSK_04": "LIFE"}),
    Case(
        "R-R15",
        RISK | {"RSK_20": 4.0, "RSK_21": 4.0, "RSK_05": "PEO", "RSK_25": "GO"},
        {"RSK_25": "GOC"},
    ),
    Case(
        "R-R15",
        RISK | {"RSK_20": 4.0, "RSK_21": 4.0, "RSK_05": "PEO", "RSK_25": "GO"},
        {"RSK_05": "PRJ"},
    ),
    *(
        Case("R-R16", {"FRM_22": "N", f"tick {tool}": "Y", f"{tool} RSK_05": "PRJ"}, {f"{tool} RSK_05#2": "PEO"})
        for tool in ("T3.2", "T3.3", "T3.4", "T3.5", "T3.6")
    ),
    Case("R-R16", {"FRM_22": "N", "tick T3.2": "Y", "T3.2 RSK_05": "CTX"}, {"T3.2 RSK_05": None}),
    *(
        Case("R-R19", {"RSK_02": code, "RSK_07": copied}, {"RSK_07": f"{copied} at the border"}, tool)
        for tool, code, copied in (
            ("T3.2", "LIB-SP-06", "Targets  reward number of ARRESTS"),
            ("T3.3", "LIB-LA-02", "Draft has no non-punishment rule"),
            ("T3.4", "LIB-CB-02", "Training leads to more arrests, without the capacity to protect people"),
            ("T3.5", "LIB-RC-02", "Cooperation leads to return to serious harm"),
            ("T3.6", "LIB-PA-02", "Help depends on testifying"),
        )
    ),
    Case("R-A02", {"T37_20": ago(1), "T37_21": "ONG"}, {"T37_21": "DRP"}),
    Case("R-A02", {"T37_20": ago(1), "T37_21": "LAT"}, {"T37_20": TODAY}),
    Case("R-L01", {"tick T3.8": "Y", "FRM_27": "All", "T38_03": "POS"}, {"T38_03#2": "NEG"}),
    Case("R-L03", LESSON | {"T38_06": ("T2.5", "T4.A")}, {"tick T2.5": "Y", "tick T4.A": "Y"}),
    Case("R-L03", LESSON | {"T38_06": ("T4.C",)}, {"T38_06": None}),
    *(
        Case("R-L04", LESSON | {field: text}, {field: "Nothing personal, 12 of 450 persons in 2025"})
        for field, text in {
            "T38_02": "Ask name@example.org",
            "T38_08": "First line\ncall +00 700 123 456 today",
            "T38_15": "Read file 123456789 again",
            "T38_16": "Passport no. AB1234567",
        }.items()
    ),
    Case("R-L04", LESSON | {"T38_09": "case number: 77-2025/3"}, {"T38_20": "N"}),
    Case("R-M08", {"T4B_13": 10.0, "T4B_15": 10.0}, {"T4B_15": 12.0}),
    Case("R-M08", {"T4B_12": "UP", "T4B_13": 10.0, "T4B_15": 9.0}, {"T4B_12": "DN"}),
    Case("R-M08", {"T4B_01": "I03", "T4B_13": 10.0, "T4B_15": 11.0}, {"T4B_15": 9.0}),
    Case("R-M08", {"T4B_12": "UP", "T4B_13": 50.0, "T4B_15": 50.0}, {"T4B_12": "EQ"}),
    Case(
        "R-M15",
        {"tick T4.B": "Y", "FRM_18": "A change", "T4B_04": "OPT", "T4B_04#2": "MNS"},
        {"T4B_04#3": "IMP"},
    ),
    Case("R-M01", COUNT | {"SEX_F": 60.0, "SEX_M": 30.0}, {"SEX_U": 10.0}),
    Case("R-M01", SHARE | {"SEX_F": 40.0}, {"SEX_F": 20.0}),
    Case("R-M02", COUNT | {"AGE_C": 60.0, "AGE_A": 50.0}, {"AGE_C": 50.0}),
    Case("R-M03", COUNT | {"SEX_F": 60.0, "SEX_M": 40.0, "SXA_FC": 60.0}, {"SXA_FC": None}),
    Case(
        "R-M03",
        COUNT | {"SEX_F": 60.0, "SEX_M": 40.0, "AGE_A": 100.0, "SXA_FA": 60.0, "SXA_MC": 40.0},
        {"SXA_MC": None, "SXA_MA": 40.0},
    ),
    Case("R-M04", COUNT | {"NAT_NAT": 60.0}, {"NAT_U": 40.0}),
    Case("R-M04", COUNT | {"DIS_D1": 60.0, "DIS_D0": 60.0}, {"DIS_D0": 40.0}),
    Case("R-M04", COUNT | {"DIS_D1": 60.0}, {"T4C_07": ("DIS",)}),
    Case("R-M18", COUNT | {"T4C_07": ("SEX", "NAT"), "SEX_F": 100.0, "NAT_NAT": 60.0}, {"NAT_FOR": 40.0}),
    Case("R-M18", COUNT | {"T4C_07": ("DIS",), "DIS_D1": 60.0}, {"T4C_07": None}),
    Case("R-M18", COUNT | {"T4C_07": ("AGE",)}, {"AGE_A": 100.0}),
    Case("R-M05", SHARE | {"T4C_04": 41.0}, {"T4C_04": 40.0}),
    Case("R-M05", SHARE | {"T4C_04": 41.0}, {"T4B_01": "CB1"}),
    Case("R-M06", COUNT | {"T4C_06": 10.5}, {"T4C_06": 10.0}),
    Case("R-M06", COUNT | {"T4C_06": -1.0}, {"T4C_06": 0.0}),
    Case("R-M06", COUNT | {"T4C_06": 10.5}, {"T4B_01": "CB2"}),
    Case("R-M09", COUNT | {"SEX_U": 21.0}, {"SEX_U": 20.0}),
    Case("R-M09", SHARE | {"AGE_U": 5.0}, {"AGE_U": 4.0}),
    Case("R-M16", SHARE | {"T4C_04": 24.4}, {"T4C_04": 24.0}),
    Case("R-M16", SHARE | {"T4C_04": 15.6}, {"T4C_13": "Few women apply"}),
    Case("R-M10", COUNT | {"T4C_06": 151.0}, {"T4C_06": 150.0}, last=VALUE),
    Case("R-M10", COUNT | {"T4C_06": 49.0}, {"T4C_13": "The border was closed"}, last=VALUE),
    Case("R-M10", COUNT | {"T4C_06": 300.0}, {"T4C_01": "IND-02"}, last=VALUE),
    Case("R-M12", HALF | {"T4B_21": "QTR"}, {"T4C_03": "2026-H1"}, last=VALUE),
    Case("R-M12", HALF | {"T4B_21": "HYR"}, {"FRM_07": date(2026, 3, 31)}, last=VALUE),
    Case("R-M12", HALF | {"T4B_21": "ANN", "FRM_07": date(2026, 12, 31)}, {"FRM_07": date(2026, 6, 30)}, last=VALUE),
    Case("R-M12", HALF | {"T4B_01": "MN8"}, {"T4C_01": "IND-02"}, last=VALUE),
    Case("R-M11", FIRST | {f"{field}#2": value for field, value in FIRST.items()}, {"T4C_03#2": "2025-H2"}),
    Case("R-M11", FIRST | {f"{field}#2": value for field, value in FIRST.items()}, {"T4C_02": "BGD"}),
    Case(
        "R-M11",
        {"T4C_01": "IND-01", "T4C_03": "2025", "FRM_04": "PAK", "T4C_01#2": "IND-01", "T4C_03#2": "2025"},
        {"T4C_02#2": "BGD"},
    ),
    Case(
        "R-M14",
        {"T4B_01": "CB2", "T4B_01#2": "CB1", "T4C_01": "IND-01", "T4C_04": 20.0, "T4C_05": 40.0,
         "T4C_01#2": "IND-02", "T4C_06#2": 40.0, "SEX_F#2": 25.0},
        {"SEX_F#2": 20.0},
    ),
    Case("R-X04", {"T21_01": "PAK", "FRM_04": "IRQ", "FRM_05": "N"}, {"FRM_04": "PAK"}, "T2.1"),
]  # fmt: skip
