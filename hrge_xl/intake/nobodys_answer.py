"""What a file is that is nobody's answer, in a word, by its name and what it begins with."""

from __future__ import annotations

from pathlib import PurePosixPath

from ..paths import is_left_by_a_program

WORKBOOK_ENDINGS = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods", ".xltx", ".xltm", ".csv")
UNOPENED_ARCHIVES = {
    ".rar": "RAR",
    ".7z": "7-Zip",
    ".gz": "gzip",
    ".tar": "tar",
    ".zipx": "ZIPX",
    ".cab": "cabinet",
}
_WORDS = {
    "PDF": "pdf",
    "picture": "png jpg jpeg jpe jfif gif bmp tif tiff webp heic heif emf wmf svg ico",
    "document": "doc docx docm dot dotx odt rtf pages",
    "slides": "ppt pptx pptm pps ppsx odp key",
    "text": "txt md log",
    "page": "htm html mht mhtml xml json",
    "signature": "p7s p7m p7c asc sig pgp",
    "card": "vcf",
    "calendar": "ics",
    "link": "url webloc lnk website",
    "sound": "mp3 m4a wav ogg amr",
    "film": "mp4 mov avi mkv",
    "program": "exe com scr bat cmd msi js jse vbs vbe wsf ps1 jar hta dll",
}
_BY_ENDING = {f".{ending}": word for word, endings in _WORDS.items() for ending in endings.split()}
_BEGINNINGS = (
    (b"%PDF-", "PDF"), (b"\x89PNG", "picture"), (b"\xff\xd8\xff", "picture"), (b"GIF8", "picture"),
    (b"{\\rtf", "document"), (b"MZ", "program"),
)  # fmt: skip


def ending_of(name: str) -> str:
    """Give the ending of a name in small letters, with its point."""
    return PurePosixPath(name.strip().lower()).suffix


def is_named_as_workbook(name: str) -> bool:
    """Tell whether a name says that this is a workbook."""
    return ending_of(name) in WORKBOOK_ENDINGS


def word_for(name: str, data: bytes = b"", *, inline: bool = False) -> str:
    """Give a word for a file; a picture within the text of a mail is a logo."""
    if is_left_by_a_program(name):
        return "system"
    word = _BY_ENDING.get(ending_of(name)) or next(
        (word for mark, word in _BEGINNINGS if data.startswith(mark)), "other"
    )
    return "logo" if inline and word == "picture" else word
