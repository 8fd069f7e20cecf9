"""The command line: `chengxin …` or `python -m chengxin …`.

Every failure that has a cure ends with one sentence and status 1; a bug shows itself whole.
"""

from __future__ import annotations

import os
import sys
import warnings

from chengxin.core.refusal import Refusal, Trouble

# These need no database: they read or write files, or talk to a server from a hall PC.
WITHOUT_DATABASE = {"city", "device", "local", "face engine", "face measure"}

UNDEFINED = {"42P01", "42703"}  # PostgreSQL: no such table, no such column


def main() -> None:
    warnings.filterwarnings("ignore", message="XDG_RUNTIME_DIR is not set")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chengxin.web.settings")
    words = [word for word in sys.argv[1:] if not word.startswith("-")]
    command = " ".join(words[: 2 if words[:1] == ["face"] else 1])
    if command == "serve":
        os.environ.setdefault("CHENGXIN_POOL", "20")
        if "--demo" in sys.argv:
            os.environ["CHENGXIN_DEMO"] = "1"
    try:
        if command and command not in WITHOUT_DATABASE and "--help" not in sys.argv:
            from chengxin.web import database

            database.ensure()
        import django

        django.setup()
        from chengxin.web.commands import app  # its modules need Django's settings

        app()
    except (Trouble, Refusal) as sentence:
        sys.stderr.write(f"chengxin: {sentence}\n")
        sys.exit(1)
    except Exception as error:
        if getattr(error.__cause__, "sqlstate", None) not in UNDEFINED:
            raise
        sys.stderr.write(
            "chengxin: The database is empty or an older version's; `chengxin serve`, `ingest` or "
            "`night` bring its tables to this version.\n"
        )
        sys.exit(1)


if __name__ == "__main__":
    main()
