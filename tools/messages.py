"""The English catalogue: every text that an officer or a taxpayer sees, in English too.

The texts stand in Chinese in the templates and in the code.  This tool collects them, keeps the
English that the catalogue already has, takes what is new from `locale-parts/*.po`, and writes the
catalogue sorted.  Babel does the reading and the compiling; gettext's programs are not needed.

    python -m tools.messages             collect, merge, write, compile
    python -m tools.messages --check     fail, naming each text without an English one
    python -m tools.messages --compile   only make the .mo that the program reads
"""

from __future__ import annotations

import argparse
import io
import re
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import normalize, read_po

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "chengxin"
PARTS = ROOT / "locale-parts"
ENGLISH = PACKAGE / "web" / "locale" / "en" / "LC_MESSAGES" / "django.po"

KEYWORDS = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}
HEADER = """\
# What officers and taxpayers see, in English.  Written by `python -m tools.messages`:
# change an English text here, never a Chinese one.
msgid ""
msgstr ""
"Language: en\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\\n"
"""
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w*(?:\.\w+)*(?:[:!][^}]*)?\}")

Text = str | tuple[str, ...]  # a tuple: one and many
Key = tuple[str, Text]  # context, text


def used() -> dict[Key, list[str]]:
    """Every text in templates and code, and the files it stands in."""
    found: dict[Key, set[str]] = defaultdict(set)
    for path, source in _sources():
        lines = io.BytesIO(source.encode())
        for _line, text, _comments, context in extract("python", lines, KEYWORDS):
            if text:
                found[(context or "", text)].add(path.relative_to(ROOT).as_posix())
    return {key: sorted(found[key]) for key in sorted(found, key=_order)}


def translated() -> dict[Key, Text]:
    """The English that is known: the catalogue's first, then what the parts add."""
    known: dict[Key, Text] = {}
    for path in [ENGLISH, *sorted(PARTS.glob("*.po"))]:
        if path.exists():
            for key, text in _entries(path):
                known.setdefault(key, text)
    return known


def problems() -> list[str]:
    """A sentence for each text without English, or whose English has other placeholders."""
    known = translated()
    told = []
    for key, places in used().items():
        english = known.get(key)
        if not english or (isinstance(english, tuple) and not all(english)):
            told.append(f"no English for {key[1]!r} ({', '.join(places)})")
        elif _placeholders(key[1]) != _placeholders(english):
            told.append(f"other placeholders in the English of {key[1]!r}: {english!r}")
    return told


def write() -> None:
    """Write the catalogue anew: what is used, with the English that is known, sorted."""
    known = translated()
    blocks = [HEADER]
    for (context, text), places in used().items():
        lines = [f"#: {place}" for place in places]
        if context:
            lines.append(f"msgctxt {normalize(context, width=0)}")
        english = known.get((context, text), "")
        if isinstance(text, tuple):
            lines.append(f"msgid {normalize(text[0], width=0)}")
            lines.append(f"msgid_plural {normalize(text[1], width=0)}")
            both = english if isinstance(english, tuple) else (english, english)
            lines += [f"msgstr[{n}] {normalize(both[n], width=0)}" for n in (0, 1)]
        else:
            lines.append(f"msgid {normalize(text, width=0)}")
            lines.append(f"msgstr {normalize(str(english), width=0)}")
        blocks.append("\n".join(lines) + "\n")
    ENGLISH.parent.mkdir(parents=True, exist_ok=True)
    ENGLISH.write_text("\n".join(blocks), "utf-8")


def compile_catalogue() -> Path:
    """Make the .mo beside the catalogue and return it."""
    target = ENGLISH.with_suffix(".mo")
    with target.open("wb") as file:
        write_mo(file, _catalogue(ENGLISH))
    return target


def _sources() -> Iterator[tuple[Path, str]]:
    from django.conf import settings
    from django.utils.translation.template import templatize

    if not settings.configured:
        settings.configure()
    for path in sorted(PACKAGE.rglob("*.py")):
        if "migrations" not in path.parts:
            yield path, path.read_text("utf-8")
    for path in sorted(PACKAGE.rglob("templates/**/*")):
        if path.suffix in (".html", ".txt"):
            yield path, templatize(path.read_text("utf-8"))


def _entries(path: Path) -> Iterator[tuple[Key, Text]]:
    for message in _catalogue(path):
        if message.id and message.string and not message.fuzzy:
            yield (message.context or "", _plain(message.id)), _plain(message.string)


def _catalogue(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, locale="en", charset="utf-8")


def _plain(text: str | list[str] | tuple[str, ...]) -> Text:
    return text if isinstance(text, str) else tuple(text)


def _placeholders(text: Text) -> set[str]:
    whole = text if isinstance(text, str) else " ".join(text)
    return set(PLACEHOLDER.findall(whole))


def _order(key: Key) -> tuple[str, str]:
    context, text = key
    return (text if isinstance(text, str) else text[0], context)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tools.messages", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; fail when incomplete")
    parser.add_argument("--compile", action="store_true", help="only make the .mo")
    asked = parser.parse_args()
    if asked.compile:
        compile_catalogue()
        return
    if not asked.check:
        write()
        compile_catalogue()
    told = problems()
    if told:
        raise SystemExit("\n".join([*told, f"{len(told)} texts to be put into English"]))
    sys.stdout.write(f"{len(used())} texts, all in English\n")


if __name__ == "__main__":
    main()
