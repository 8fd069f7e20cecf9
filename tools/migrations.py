"""Fail when a model has changed and no migration says so (part of `make check`)."""

from __future__ import annotations

import os
import sys
import tempfile


def main() -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chengxin.web.settings")
    os.environ["CHENGXIN_HOME"] = tempfile.mkdtemp(prefix="chengxin-check-")
    from chengxin.web import database

    database.ensure()
    import django
    from django.core.management import call_command

    django.setup()
    call_command("check", "--fail-level", "WARNING")
    try:
        call_command("makemigrations", "--check", "--dry-run")
    except SystemExit:
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
