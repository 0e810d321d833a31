"""Name the statuses and reasons that a unit may have under a goal, and the columns of the units table."""

STATUSES = MET, UNMET, NOT_APPLICABLE, EXEMPT, NO_DATA = ("达标", "未达标", "不适用", "豁免", "数据缺失")

REASONS = NONE, SUBSTANDARD, OTHER_TYPE, OUT_OF_REACH, FULL, CLOSED, UNKNOWN, RECODED = (
    "无机构", "有机构但不规范", "类型不符", "够不着", "满员", "停运", "数据缺失", "区划变更",
)

ROW_COLUMNS = ["status", "reason", "have", "might", "need", "site_ids", "travel_min", "evidence"]
"""What a judge gives for each unit: status; reason ("" where met); `have` (institutions, people
reached, places or ways, as the goal counts), `might` (the same if every unknown were favourable),
`need` (what is enough); the institutions that count, joined by "、"; minutes (NaN = not asked or
not reached); a sentence of evidence."""

UNIT_COLUMNS = ["goal_id", "goal", "part", "unit_level", "unit_code", "unit", "township_code", "kind", "pop",
                "people", *ROW_COLUMNS]
