"""语音提示: each step of the kiosk says one short sentence, from a file, without any network.

The files lie in CHENGXIN_HOME/voice/<language>/<step>.<wav|mp3|ogg>.  Where espeak-ng is installed
those that are missing are spoken by it when the server starts; a bureau that wants a better voice
puts its own recordings there under the same names.  Without files a kiosk is silent, as before.
"""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import structlog
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from chengxin.core import places

PROMPTS: dict[str, str | Promise] = {  # by the screen on which they are spoken
    "home": _("您好，请在屏幕上选择要办理的业务。"),
    "card": _("请将身份证放在读卡区。"),
    "face": _("请正对摄像头，保持不动。"),
    "choose": _("请选择办理业务的企业。"),
    "items": _("请选择要办的事项，说不清的，请按其他事项。"),
    "remind": _("取号前，请先看屏幕上的提示。"),
    "ticket": _("取号成功，请取走号票，等候叫号。"),
    "book": _("请选择您方便的日期和时间。"),
    "booked": _("预约成功，请取走预约单，到时间再来刷身份证取号。"),
    "alone": _("网络中断，可以先取号，身份到窗口核验。"),
    "alone-ticket": _("请记下屏幕上的号码，等候叫号。"),
    "trouble": _("请看屏幕上的说明，需要帮助请到咨询台。"),
}
# language of the page -> voice of espeak-ng and its pace; the kiosk plays slower in large letters
VOICES = {"zh-hans": ("cmn", "200"), "en": ("en-gb", "150")}
SUFFIXES = {".ogg": "audio/ogg", ".mp3": "audio/mpeg", ".wav": "audio/wav"}
SECONDS = 20  # for one sentence

log = structlog.get_logger(__name__)


def folder(language: str) -> Path:
    return places.home() / "voice" / language


def file_of(language: str, step: str) -> Path | None:
    """The recording of one step; None when there is none."""
    if language not in VOICES or step not in PROMPTS:
        return None
    found = (folder(language) / f"{step}{suffix}" for suffix in SUFFIXES)
    return next((path for path in found if path.is_file()), None)


def has(language: str) -> bool:
    """Whether the kiosk can speak this language at all."""
    return any(file_of(language, step) for step in PROMPTS)


def speak_missing() -> int:
    """Have espeak-ng speak what no file says yet; how many.  A machine without it is no trouble."""
    program = shutil.which("espeak-ng")
    if program is None:
        return 0
    made = 0
    for language, (voice, pace) in VOICES.items():
        folder(language).mkdir(parents=True, exist_ok=True)
        for step, sentence in PROMPTS.items():
            if file_of(language, step):
                continue
            with translation.override(language):
                text = str(sentence)
            spoken = folder(language) / f"{step}.wav"
            if not _speak([program, "-v", voice, "-s", pace], text, spoken):
                return made
            made += 1
    return made


def _speak(program: list[str], text: str, path: Path) -> bool:
    """Whether the sentence is in the file now; a half-written one is never left under its name."""
    unfinished = path.with_suffix(".part")
    command = [*program, "-w", str(unfinished), text]
    try:
        subprocess.run(command, check=True, timeout=SECONDS, capture_output=True)  # noqa: S603
        unfinished.replace(path)
    except (OSError, subprocess.SubprocessError) as trouble:
        log.warning("no voice", reason=str(trouble))
        unfinished.unlink(missing_ok=True)
        return False
    return True
