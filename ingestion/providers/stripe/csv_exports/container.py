"""From an uploaded file to the text of one CSV, within limits that the file cannot talk its way around."""

from __future__ import annotations

import codecs
import io
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

from accounts.errors import InvalidInput, TooLarge

MAX_UNPACKED = 256 * 1024 * 1024
MAX_RATIO = 200
CHUNK = 1024 * 1024
ZIPS = (b"PK\x03\x04", b"PK\x05\x06")
GZIP, OLD_EXCEL, PDF = b"\x1f\x8b", b"\xd0\xcf\x11\xe0", b"%PDF"
UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


@contextmanager
def csv_text(file: IO[bytes]) -> Iterator[io.TextIOWrapper]:
    """The CSV inside `file`: the file itself, or the only CSV in a ZIP archive.

    `file` must be seekable. Errors: InvalidInput for other containers and encodings, TooLarge for too many bytes.
    """
    with _csv_bytes(file) as raw:
        require_utf8(raw)
    with _csv_bytes(file) as raw:
        yield io.TextIOWrapper(raw, encoding="utf-8-sig", newline="")


def require_utf8(raw: IO[bytes]) -> None:
    """Read `raw` to its end. Errors: InvalidInput that names line and byte of the first thing that is not UTF-8."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    line, first = 1, True
    while chunk := raw.read(CHUNK):
        if first and chunk.startswith(UTF16):
            raise _not_utf8("This file is UTF-16.", 1)
        first = False
        try:
            text = decoder.decode(chunk)
        except UnicodeDecodeError as error:
            line += error.object.count(b"\n", 0, error.start)
            byte = f"Byte 0x{error.object[error.start]:02X} in line {line}"
            raise _not_utf8(f"{byte} is not UTF-8; the file looks like Latin-1 or Windows-1252.", line) from None
        if "\x00" in text:
            raise InvalidInput("This is not a text file.", code="not_text")
        line += text.count("\n")
    if decoder.getstate()[0]:
        raise _not_utf8("The file ends in the middle of a character.", line)


@contextmanager
def _csv_bytes(file: IO[bytes]) -> Iterator[io.BufferedReader]:
    file.seek(0)
    magic = file.read(4)
    file.seek(0)
    if magic in ZIPS:
        with _unzipped(file) as member:
            yield io.BufferedReader(_Limited(member))
        return
    if magic[:2] == GZIP or magic in (OLD_EXCEL, PDF):
        raise InvalidInput("This is no CSV file. Upload the CSV, or a ZIP that holds it.", code="not_csv")
    limited = _Limited(file)
    yield io.BufferedReader(limited)


@contextmanager
def _unzipped(file: IO[bytes]) -> Iterator[IO[bytes]]:
    try:
        with zipfile.ZipFile(file) as archive, archive.open(_only_csv(archive)) as member:
            yield member
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError) as error:
        raise InvalidInput("This ZIP archive cannot be read.", code="bad_zip", cause=type(error).__name__) from None


def _only_csv(archive: zipfile.ZipFile) -> zipfile.ZipInfo:
    files = [info for info in archive.infolist() if not info.is_dir() and not info.filename.startswith("__MACOSX/")]
    if any(info.filename == "[Content_Types].xml" for info in files):
        raise InvalidInput("This is a spreadsheet. Save it as CSV (UTF-8) and upload that.", code="not_csv")
    found = [info for info in files if info.filename.lower().endswith(".csv")]
    if len(found) != 1:
        raise InvalidInput(
            f"The archive holds {len(found)} CSV files; it must hold exactly one.",
            code="not_one_csv",
            found=len(found),
        )
    info = found[0]
    if info.flag_bits & 0x1:
        raise InvalidInput("The archive is encrypted.", code="bad_zip")
    if info.file_size > MAX_UNPACKED or info.file_size > MAX_RATIO * max(info.compress_size, 1):
        raise _bomb()
    return info


class _Limited(io.RawIOBase):
    """Counts what is really read, since the sizes an archive states about itself may be lies."""

    def __init__(self, inner: IO[bytes]) -> None:
        self._inner = inner
        self._left = MAX_UNPACKED

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview, /) -> int:  # type: ignore[override]
        data = self._inner.read(len(buffer))
        self._left -= len(data)
        if self._left < 0:
            raise _bomb()
        buffer[: len(data)] = data
        return len(data)


def _bomb() -> TooLarge:
    return TooLarge(
        f"Unpacked, this file is larger than {MAX_UNPACKED // 2**20} MiB. Export a shorter period.",
        limit=MAX_UNPACKED,
    )


def _not_utf8(what: str, line: int) -> InvalidInput:
    advice = "Upload the file as Stripe exported it, or save it again as “CSV UTF-8”."
    return InvalidInput(f"{what} {advice}", code="bad_encoding", line=line)
