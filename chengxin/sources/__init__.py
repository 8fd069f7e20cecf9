"""What other offices deliver: one folder each, with a manifest and a sample.

    inbox/<source>.<yyyymmdd>.csv ──read──▶ Reading: rows, rejects, identities ──Lake.take──▶ lake

Reading is strict: what a manifest does not describe stops the load.
"""

from chengxin.sources.reading import Reading, Reject, read
from chengxin.sources.source import Source, SourceChanged, all_sources, day_of, source_of

__all__ = [
    "Reading",
    "Reject",
    "Source",
    "SourceChanged",
    "all_sources",
    "day_of",
    "read",
    "source_of",
]
