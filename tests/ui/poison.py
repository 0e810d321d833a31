"""Names that try to run, put into a region behind intake's back (intake itself refuses them)."""

from __future__ import annotations

from dataclasses import replace

from coverage.study import Base

NAMES = {
    "甲镇": "甲${alert(1)}镇",
    "乙乡": "乙<img src=x onerror=alert(2)>乡",
    "丙乡": "丙\"'`乡🌾![x](http://evil.example/x.png)",
    "A村": "A<script>alert(3)</script>村",
    "D村": "D{{7*7}}</textarea>村",
    "乙乡残疾人之家": "=HYPERLINK(\"http://evil.example\",\"乙\")之家",
    "甲镇残疾人之家": "甲$\\frac{1}{2}$:red[之家]<svg onload=alert(4)>",
}
TITLE = "六<b>村</b>县${1}<iframe srcdoc='<script>alert(5)</script>'>"


def poisoned(base: Base) -> Base:
    """The same base under other names."""
    region = base.region
    return replace(base, region=replace(
        region, title=TITLE, notes=(*region.notes, NAMES["乙乡"]),
        townships=region.townships.assign(township=region.townships["township"].replace(NAMES)),
        demand=region.demand.assign(name=region.demand["name"].replace(NAMES)),
        sites=region.sites.assign(name=region.sites["name"].replace(NAMES))))
