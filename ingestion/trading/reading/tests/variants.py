"""One file written the way other spreadsheets, systems and countries write it: the same content, other bytes."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass

NUMBER = re.compile(r"(-?\$?)(\d{1,3}(?:,\d{3})*|\d*)(\.\d+)?((?: [A-Za-z]+)?)")


@dataclass(frozen=True, slots=True)
class Variant:
    """How a file is written. `thousands`: what stands between groups of three, where the original has a comma."""

    encoding: str = "utf-8"
    delimiter: str = ","
    comma: bool = False
    thousands: str = ""
    wrapped: bool = False  # every line quoted as a whole
    newline: str = "\n"
    trailing: bool = False  # an empty column at the end

    def of(self, data: bytes) -> bytes:
        text = data.decode("utf-8-sig")
        delimiter = ";" if text.count(";") > text.count(",") else ","
        lines = []
        for cells in csv.reader(io.StringIO(text), delimiter=delimiter):
            written = [self._cell(cell) for cell in cells] + ([""] if self.trailing and cells else [])
            lines.append(self._line(written))
        return self._encoded(self.newline.join(lines) + self.newline)

    def _cell(self, cell: str) -> str:
        match = NUMBER.fullmatch(cell.strip())
        if not match or not (match[2] or match[3]) or not (self.comma or self.thousands):
            return cell
        group = self.thousands or ("." if self.comma else ",")
        whole = match[2].replace(",", group)
        fraction = (match[3] or "").replace(".", "," if self.comma else ".")
        return f"{match[1]}{whole}{fraction}{match[4]}"

    def _line(self, cells: list[str]) -> str:
        out = io.StringIO()
        csv.writer(out, delimiter=self.delimiter, lineterminator="").writerow(cells)
        line = out.getvalue()
        return '"' + line.replace('"', '""') + '"' if self.wrapped and cells else line

    def _encoded(self, text: str) -> bytes:
        bom = {"utf-16-le": b"\xff\xfe", "utf-16-be": b"\xfe\xff", "utf-8-sig": b""}.get(self.encoding, b"")
        return bom + text.encode(self.encoding)
