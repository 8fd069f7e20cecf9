"""案件资料: papers of a case: checked when they come, sealed when they lie, traced when read.

A paper is what its first bytes say it is, and its name must say the same: a PDF, or a picture as
JPEG or PNG.  It is never shown inside a page, only handed out as a file.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from urllib.parse import quote

from django.utils.translation import gettext as _

from chengxin.core.keys import digest
from chengxin.core.refusal import Refusal
from chengxin.offices.models import Officer
from chengxin.risk.case_models import CaseFile, CaseStep, Inquiry
from chengxin.trace import record

LARGEST = 10 * 1024 * 1024  # bytes of one paper
MOST = 5  # papers at a time
ALTOGETHER = 20 * 1024 * 1024  # bytes of one sending
LIMITS = {"most": MOST, "one": LARGEST >> 20, "all": ALTOGETHER >> 20}  # in MB, for the pages
# media type → its first bytes, the endings of a name that say the same
KINDS: dict[str, tuple[bytes, tuple[str, ...]]] = {
    "application/pdf": (b"%PDF-", (".pdf",)),
    "image/jpeg": (b"\xff\xd8\xff", (".jpg", ".jpeg")),
    "image/png": (b"\x89PNG\r\n\x1a\n", (".png",)),
}


@dataclass(frozen=True)
class Paper:
    """A file as it was sent."""

    name: str
    content: bytes


def check(papers: Sequence[Paper]) -> None:
    """Refuse too many, too large, empty ones, and what is none of `KINDS`."""
    if len(papers) > MOST:
        raise Refusal("too_many_files", _("一次最多提交%(most)d份资料") % {"most": MOST})
    if sum(len(one.content) for one in papers) > ALTOGETHER:
        raise too_large()
    for one in papers:
        if len(one.content) > LARGEST:
            raise too_large()
        _kind(one)


def too_large() -> Refusal:
    return Refusal(
        "file_too_large",
        _("单份资料不超过%(one)d兆，一次合计不超过%(all)d兆") % LIMITS,
    )


def keep(papers: Sequence[Paper], step: CaseStep, inquiry: Inquiry | None = None) -> None:
    """Seal `papers` into the case, in the caller's transaction."""
    check(papers)
    for one in papers:
        CaseFile.objects.create(
            alert_id=step.alert_id,
            step=step,
            inquiry=inquiry,
            name=_name(one.name),
            kind=_kind(one),
            size=len(one.content),
            digest=digest(one.content),
            content=one.content,
        )


def read(file: CaseFile, *, officer: Officer) -> bytes:
    """Open a paper for `officer`; the trace says which."""
    about = file.alert.subject
    with record.of("file.see", about=about, officer=officer) as trace:
        trace.detail |= {"alert": file.alert_id, "file": file.pk}
        assert file.content is not None
        return file.content


def disposition(file: CaseFile) -> str:
    """The header that hands it out under its name (RFC 6266)."""
    return f"attachment; filename=paper; filename*=UTF-8''{quote(file.name)}"


def _kind(paper: Paper) -> str:
    ending = PurePosixPath(paper.name.lower()).suffix
    for kind, (begins, endings) in KINDS.items():
        if paper.content.startswith(begins) and ending in endings:
            return kind
    raise Refusal("wrong_file", _("只能提交 PDF、JPG、PNG 格式的资料，文件内容须与扩展名一致"))


def _name(name: str) -> str:
    """The name without a folder and without what a terminal or a header would obey."""
    last = name.replace("\\", "/").rpartition("/")[2]
    shown = "".join(c for c in last if c.isprintable() and c not in '"<>|:*?')
    return shown[-120:] or "file"
