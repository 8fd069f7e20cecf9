"""Who is who: which person a record without a usable number is about."""

from chengxin.warehouse.resolve.matching import READS, TABLES, digest, resolve

__all__ = ["READS", "TABLES", "digest", "resolve"]
