"""The two sentences a person can be shown: "the rules say no" and "this needs mending"."""


class Refusal(Exception):
    """The rules say no.  Shown to the person, and written to the trace.

    `code` is stable and machine-readable ("restricted"); `reason` is the sentence the officer
    reads out.  A bug is never a Refusal: let it crash.
    """

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(f"{code}: {reason}")
        self.code = code
        self.reason = reason


class Trouble(Exception):
    """The world outside is not as it must be: a setting, a delivery, a folder, a device.

    `str(trouble)` is one clear sentence that says what is wrong and how to cure it.  The command
    line prints it and ends with status 1; a page shows it to the operator.
    """
