"""What a device says to people, and the two ways in which it can fail them."""

from __future__ import annotations

from dataclasses import dataclass

from chengxin.core.refusal import Trouble


@dataclass(frozen=True)
class Words:
    """One sentence for the person at the device.  `str(words)` is the Chinese one."""

    zh: str
    en: str

    def __str__(self) -> str:
        return self.zh


class DeviceUnavailable(Trouble):
    """The device cannot work now: not plugged in, silent, failed, or too busy.

    For the operator; the person is sent to an officer.  `code` is one of messages.Code.
    """

    def __init__(self, words: Words, code: int = 100) -> None:
        super().__init__(words.en)
        self.words = words
        self.code = code


class CardUnreadable(Exception):
    """The card did not give what a true card gives; the person can try again.

    `words` says what to do; `code` is one of messages.Code.
    """

    def __init__(self, words: Words, code: int = 202) -> None:
        super().__init__(words.en)
        self.words = words
        self.code = code
