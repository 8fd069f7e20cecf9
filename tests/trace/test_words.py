"""What a line of the traces says."""

from __future__ import annotations

from chengxin.trace import words
from chengxin.trace.models import Trace


def test_line_tells_how_a_face_compared_and_nothing_of_a_findings_band() -> None:
    compared = Trace(action="face.verify", detail={"band": "accept"})
    imposed = Trace(action="directive.impose", detail={"indicator": "M01", "band": "filed"})

    assert "比对通过" in words.detail(compared, "")
    assert words.detail(imposed, "甲厂") == "甲厂"
