"""What a device says to people: one sentence in Chinese and the same in English."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Words:
    """A sentence for the person at the device.  `str(words)` is the Chinese one."""

    zh: str
    en: str

    def __str__(self) -> str:
        return self.zh
