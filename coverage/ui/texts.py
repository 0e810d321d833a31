"""Hold the Chinese headers of the program's own reference tables, and put users' words into Markdown as they are."""

import re

_MARKDOWN = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|~$:&^=@])")


def literal(text: object) -> str:
    """A name or sentence from users' data, so that Markdown shows it and does nothing with it."""
    return _MARKDOWN.sub(r"\\\1", " ".join(str(text).split()))


MODE_HEADERS = {
    "title": "出行方式", "offroad_slow_kmh": "路外步行 慢（公里/小时）",
    "offroad_middle_kmh": "路外步行 中（公里/小时）", "offroad_fast_kmh": "路外步行 快（公里/小时）",
    "detour": "绕行系数", "gap_m": "路网缺口界限（米）",
    "board_middle_min": "候车（分钟）", "source": "来源",
}
SPEED_HEADERS = {
    "mode": "出行方式", "road_class": "道路等级", "terrain": "地形", "base_kmh": "基准（公里/小时）",
    "slow_kmh": "慢", "middle_kmh": "中", "fast_kmh": "快", "source": "来源",
}
SERVICE_HEADERS = {
    "service_type": "服务类型", "says": "说明", "categories": "面向的残疾类别", "severities": "残疾程度",
    "age_bands": "年龄段",
    "source": "来源",
}
