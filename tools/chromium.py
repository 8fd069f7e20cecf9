"""Find a Chromium or Chrome for the browser tests; install Debian's when that is allowed.

Where there is none and none may be installed, the browser tests are left out, and this says so
loudly; on CI nothing may be left out.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

from tools import debian

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")


def find() -> str | None:
    """The path of a browser, or None."""
    if named := os.environ.get("CHENGXIN_CHROMIUM"):
        return shutil.which(named)
    return next((path for name in NAMES if (path := shutil.which(name))), None)


def has_chinese_font() -> bool:
    lister = shutil.which("fc-list")
    if lister is None:
        return False
    listed = subprocess.run([lister, ":lang=zh"], capture_output=True, text=True)  # noqa: S603
    return bool(listed.stdout.strip())


def ensure() -> str | None:
    wanted = [] if find() else ["chromium"]
    wanted += [] if has_chinese_font() else ["fonts-noto-cjk", "fontconfig"]
    debian.install(*wanted)
    return find()


def main() -> int:
    if ensure():
        return 0
    bar = "!" * 78
    sys.stderr.write(
        f"{bar}\nNo Chromium or Chrome here and none may be installed: the tests marked `browser`\n"
        f"are LEFT OUT.  Install one (Debian: chromium) or set CHENGXIN_CHROMIUM.\n{bar}\n"
    )
    return 1 if os.environ.get("CI") else 0


if __name__ == "__main__":
    sys.exit(main())
