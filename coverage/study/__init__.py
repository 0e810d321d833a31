"""Run a scenario from its file to a result, with provenance.

    scenario file → load_scenario → load_base, load_plans → apply_changes → evaluate → suggest → Study
"""

from coverage.study.apply import apply_changes
from coverage.study.changes import KINDS, Change, describe
from coverage.study.compare import Comparison, compare
from coverage.study.evaluate import Evaluation, evaluate, network_for
from coverage.study.exemptions import Exemption
from coverage.study.load import Base, inherited, load_base, load_plans, read_plan
from coverage.study.plans import PlanStudy, judge_on, judge_plan, mend
from coverage.study.provenance import manifest
from coverage.study.question import Question
from coverage.study.run import Study, Unanswered, run
from coverage.study.scenario import Scenario, load_scenario, parse_scenario
from coverage.study.scenario_toml import scenario_toml
from coverage.study.suggest import Suggestion, plan_at, suggest

__all__ = [
    "KINDS",
    "Base",
    "Change",
    "Comparison",
    "Evaluation",
    "Exemption",
    "PlanStudy",
    "Question",
    "Scenario",
    "Study",
    "Suggestion",
    "Unanswered",
    "apply_changes",
    "compare",
    "describe",
    "evaluate",
    "inherited",
    "judge_on",
    "judge_plan",
    "load_base",
    "load_plans",
    "load_scenario",
    "manifest",
    "mend",
    "network_for",
    "parse_scenario",
    "plan_at",
    "read_plan",
    "run",
    "scenario_toml",
    "suggest",
]
