"""Each indicator once more, slow and obvious, over the rows of the lake.

One module for each indicator, under its name.  Written from the domain facts (section 4), their
readings and the rules of who is who, row by row and without looking at the SQL, so that two people
would have to make the same mistake.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from importlib import import_module

from chengxin.indicators.catalogue import all_indicators
from tests.indicators.references.county import County, Hit

REFERENCES: dict[str, Callable[[County, date], Iterator[Hit]]] = {
    one.code: import_module(f"{__name__}.{one.name}").hits for one in all_indicators()
}
