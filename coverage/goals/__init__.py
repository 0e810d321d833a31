"""Hold policy plans as data, judge each goal in each unit, and list the gaps.

    plan text ─→ load_plan ─→ Plan ─┐
                  region, times ────┴→ evaluate ─→ GoalsResult ─→ gap_list
"""

from coverage.goals.evaluate import GoalsResult, evaluate, qualifying
from coverage.goals.gaps import gap_list
from coverage.goals.load import load_plan
from coverage.goals.plan import Goal, Plan

__all__ = ["Goal", "GoalsResult", "Plan", "evaluate", "gap_list", "load_plan", "qualifying"]
