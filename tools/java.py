"""Find Java for the tests on Spark; install Debian's when that is allowed.

Where there is none and none may be installed, the tests on Spark are left out, and this says so
loudly; on CI nothing may be left out.
"""

from __future__ import annotations

import os
import shutil
import sys

from tools import debian


def find() -> str | None:
    """The path of Java, or None."""
    if home := os.environ.get("JAVA_HOME"):
        return shutil.which("java", path=os.path.join(home, "bin"))
    return shutil.which("java")


def ensure() -> str | None:
    if not find():
        debian.install("default-jre-headless")
    return find()


def main() -> int:
    if ensure():
        return 0
    bar = "!" * 78
    sys.stderr.write(
        f"{bar}\nNo Java here and none may be installed: the tests marked `spark` are LEFT OUT.\n"
        f"Install one (Debian: default-jre-headless; 17 or 21) or set JAVA_HOME.\n{bar}\n"
    )
    return 1 if os.environ.get("CI") else 0


if __name__ == "__main__":
    sys.exit(main())
