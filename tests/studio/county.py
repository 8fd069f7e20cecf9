"""Deliveries of a made-up owner whose enterprises change their legal representative."""

from __future__ import annotations

import csv
from datetime import date, timedelta
from pathlib import Path

from chengxin.core.identifiers import credit_check_character
from tests.conftest import number

OWNER = number("37162219750612005")
OTHER = number("37162219800101001")
STATE = "golden_tax_state_"


def credit_code(n: int) -> str:
    first17 = f"91371622MA3X0{n:04}"
    return first17 + credit_check_character(first17)


def deliver(folder: Path, day: date, changed: dict[int, int], *, first: int = 1) -> list[Path]:
    """Files of three offices: OWNER invests in the enterprises of `changed` (a number → how many
    days before `day` its legal representative changed), OTHER in one that changed today."""
    registered, invested, changes = [], [], []
    firms = [*((n, OWNER, ago) for n, ago in changed.items()), (first + 90, OTHER, 0)]
    for n, owner, ago in firms:
        djxh = f"1011371622{n:010}"
        registered.append(
            {
                "DJXH": djxh, "NSRSBH": credit_code(n), "SHXYDM": credit_code(n),
                "NSRMC": f"阳信试验{n}号有限公司", "FDDBRXM": "钱代表", "FDDBRSFZJLX_DM": "201",
                "FDDBRSFZJHM": number("37162219810203004"), "SCJYDZ": f"阳信县试验路{n}号",
                "JDXZ_DM": "371622101", "DJZCLX_DM": "173", "HY_DM": "2011", "NSRZT_DM": "03",
                "ZGSWSKFJ_DM": "13716220100", "SSGLY_DM": "13716220012", "DJRQ": "20100105",
                "KYSLRQ": "20100105", "XGRQ": "20160101",
            }
        )  # fmt: skip
        invested.append(
            {
                "UUID": f"{n:032}", "DJXH": djxh,
                "TZFHHRMC": "林投资" if owner == OWNER else "许投资",
                "TZFHHRZJZL_DM": "201", "TZFHHRZJHM": owner, "TZBL": "60", "TZJE": "100000.00",
                "YXQQ": "20100105", "YXQZ": "99991231",
            }
        )  # fmt: skip
        told = day - timedelta(days=ago)
        changes.append(
            {"BGDJUUID": f"{n:032}", "DJXH": djxh, "BGXM_DM": "03", "BGRQ": f"{told:%Y%m%d}"}
        )
    files = {"registration": registered, "investment": invested, "registration_change": changes}
    return [_write(folder, STATE + name, day, rows) for name, rows in files.items()]


def _write(folder: Path, source: str, day: date, rows: list[dict[str, str]]) -> Path:
    path = folder / f"{source}.{day:%Y%m%d}.csv"
    with path.open("w", encoding="gb18030", newline="") as file:
        out = csv.DictWriter(file, list(rows[0]))
        out.writeheader()
        out.writerows(rows)
    return path
