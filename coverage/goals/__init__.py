"""Hold policy plans as data, judge each goal in each unit, and list the gaps.

    plan text ─→ load_plan ─→ Plan ─┐
    region, times, records ─────────┴→ evaluate ─→ GoalsResult ─→ gap_list
"""

from coverage.goals.evaluate import GoalsResult, evaluate, modes_of, qualifying, trend
from coverage.goals.gaps import gap_list
from coverage.goals.goal import Goal
from coverage.goals.inherit import inherit
from coverage.goals.load import load_plan
from coverage.goals.plan import Plan
from coverage.goals.records import Records
from coverage.goals.remedies import remedies

__all__ = [
    "Goal", "GoalsResult", "Plan", "Records", "evaluate", "gap_list", "inherit", "load_plan", "modes_of",
    "qualifying",
    "remedies", "trend",
]
