"""Pages are opened with what the visits of `tests.visit` leave behind."""

from tests.visit.conftest import agent, faces, order, page, serving, take

__all__ = ["agent", "faces", "order", "page", "serving", "take"]
