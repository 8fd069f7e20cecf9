"""Debian packages that a fresh machine lacks, installed where that is allowed."""

from __future__ import annotations

import os
import shutil
import subprocess


def install(*packages: str) -> None:
    """Nothing happens without packages, without apt, or for anybody but root."""
    apt = shutil.which("apt-get")
    if not packages or apt is None or os.geteuid() != 0:
        return
    quiet = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run([apt, "update", "-qq"], check=True)  # noqa: S603
    subprocess.run(  # noqa: S603
        [apt, "install", "-y", "-qq", "--no-install-recommends", *packages], check=True, env=quiet
    )
