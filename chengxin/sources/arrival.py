"""A file as it came: is it whole, is it what the note says, is it written as agreed?

The delivery note 交接单.csv (文件名,行数,SHA256) lies beside the files when the sender writes one;
then it must name this file and agree with it.  Without it, a text that does not end with a line
end is taken for cut off.
"""

from __future__ import annotations

import codecs
import csv
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from chengxin.core.refusal import Trouble
from chengxin.sources.source import Form, Source, SourceChanged

NOTE = "交接单.csv"
CHUNK = 1 << 22
_NAMES = {"utf-8": "UTF-8", "utf-8-sig": "UTF-8", "gb18030": "GBK (GB18030)"}


@dataclass(frozen=True)
class Arrival:
    """A delivery whose bytes are what they should be."""

    plain: Path  # the text in UTF-8; a workbook as it came
    digest: str  # SHA-256 of what was delivered, hex
    noted_rows: int | None  # from the delivery note


def receive(path: Path, source: Source, folder: Path) -> Arrival:
    """Check the file's bytes; its text in UTF-8, in `folder` where it came in another encoding."""
    try:
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise Trouble(f"{path} cannot be read ({error.strerror}).") from error
    if path.stat().st_size == 0:
        raise SourceChanged(
            f"{source.name}: {path.name} is empty; ask {source.owner} for it again.",
            f"{path.name} 是空文件，请{source.owner}重新发送",
        )
    noted = _noted(path, source)
    if noted and noted[1].lower() != digest:
        raise SourceChanged(
            f"{source.name}: the SHA-256 of {path.name} is not the one in {NOTE}; "
            f"ask {source.owner} to send the file again.",
            f"{path.name} 的 SHA-256 与{NOTE}不符，请{source.owner}重新发送",
        )
    plain = path
    if source.form is not Form.XLSX:
        plain = _as_utf8(path, source, folder)
        if not noted:
            _whole(path, source)
    return Arrival(plain, digest, noted[0] if noted else None)


def _noted(path: Path, source: Source) -> tuple[int, str] | None:
    """Rows and SHA-256 from the delivery note beside `path`; None when there is no note."""
    note = path.with_name(NOTE)
    if not note.exists():
        return None
    wrong = f"{source.name}: the delivery note {NOTE}"
    try:
        with note.open(encoding="utf-8-sig", newline="") as lines:
            told = {line["文件名"]: line for line in csv.DictReader(lines)}
        if path.name not in told:
            raise SourceChanged(
                f"{wrong} does not name {path.name}; ask {source.owner} for a complete note.",
                f"{NOTE}中没有 {path.name}，请{source.owner}补全",
            )
        return int(told[path.name]["行数"]), told[path.name]["SHA256"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise SourceChanged(
            f"{wrong} cannot be read; it must be UTF-8 with the columns 文件名,行数,SHA256.",
            f"{NOTE}无法读取，应为 UTF-8 编码，列为文件名、行数、SHA256",
        ) from error


def _whole(path: Path, source: Source) -> None:
    with path.open("rb") as file:
        file.seek(-1, 2)
        if file.read(1) != b"\n":
            with path.open("rb") as lines:
                count = sum(1 for _ in lines)
            raise SourceChanged(
                f"{source.name}, line {count}: {path.name} ends in the middle of a line, so it was "
                f"cut off; ask {source.owner} to send it again.",
                f"第 {count} 行：{path.name} 在行中截断，请{source.owner}重新发送",
            )


def _as_utf8(path: Path, source: Source, folder: Path) -> Path:
    with path.open("rb") as file:
        start = file.read(4)
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise _otherwise(source, "it is UTF-16", "实为 UTF-16")
    if source.encoding != "utf-8-sig" and start.startswith(codecs.BOM_UTF8):
        raise _otherwise(
            source, "it begins with the mark of UTF-8 (BOM)", "开头有 UTF-8 标记（BOM）"
        )
    if source.encoding != "gb18030":
        if line := _bad_line(path, "utf-8"):
            raise _otherwise(source, "it holds other bytes", "含有其他字节", line)
        return path
    match _looks(path):
        case "ascii":
            return path
        case "utf-8":
            raise _otherwise(source, "it is UTF-8", "实为 UTF-8")
    return _decoded(path, source, folder / "utf8.csv")


def _decoded(path: Path, source: Source, plain: Path) -> Path:
    decoder = codecs.getincrementaldecoder("gb18030")("strict")
    with path.open("rb") as file, plain.open("wb") as utf8:
        try:
            while chunk := file.read(CHUNK):
                utf8.write(decoder.decode(chunk).encode())
            decoder.decode(b"", final=True)
        except UnicodeDecodeError as error:
            line = _bad_line(path, "gb18030")
            raise _otherwise(source, "it holds other bytes", "含有其他字节", line) from error
    return plain


def _looks(path: Path) -> str:
    """ascii, utf-8 (with Chinese in it, which GBK text never is by chance) or neither."""
    ascii_only, chinese = True, False
    try:
        for text in _decoding(path, "utf-8"):
            ascii_only = ascii_only and text.isascii()
            chinese = chinese or any(char > "\u07ff" for char in set(text))
    except UnicodeDecodeError:
        return "neither"
    return "ascii" if ascii_only else "utf-8" if chinese else "neither"


def _bad_line(path: Path, encoding: str) -> int | None:
    """The first line that is not text in this encoding."""
    try:
        for _ in _decoding(path, encoding):
            pass
    except UnicodeDecodeError:
        with path.open("rb") as file:
            return next(n for n, line in enumerate(file, start=1) if not _decodes(line, encoding))
    return None


def _decoding(path: Path, encoding: str) -> Iterator[str]:
    """The text in pieces; of pieces in ASCII, which need no decoding, only an empty one."""
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            plain = chunk.isascii() and not decoder.getstate()[0]
            yield "" if plain else decoder.decode(chunk)
        decoder.decode(b"", final=True)


def _decodes(line: bytes, encoding: str) -> bool:
    try:
        line.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _otherwise(source: Source, what: str, zh: str, line: int | None = None) -> SourceChanged:
    where, at = (f", line {line}", f"第 {line} 行：") if line else ("", "")
    return SourceChanged(
        f"{source.name}{where}: the file must be {_NAMES[source.encoding]}, but {what}; "
        f"ask {source.owner} to send it as agreed, or change `encoding` in the manifest.",
        f"{at}文件应为 {_NAMES[source.encoding]} 编码，{zh}；"
        f"请{source.owner}按约定发送，或修改清单的 encoding",
    )
