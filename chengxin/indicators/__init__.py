"""Indicators 指标: what must not be, one SQL file each, and the scan that looks for it."""
