"""Run a scenario from its file to a result, with provenance.

    scenario file → load_scenario → load_base, load_plans → evaluate → suggest → Study
"""

from coverage.study.evaluate import Evaluation, evaluate, network_for
from coverage.study.exemptions import Exemption
from coverage.study.load import Base, inherited, load_base, load_plans, read_plan
from coverage.study.plans import PlanStudy, judge_on, judge_plan, mend
from coverage.study.provenance import manifest
from coverage.study.run import Study, run
from coverage.study.scenario import Question, Scenario, load_scenario
from coverage.study.suggest import Suggestion, suggest

__all__ = [
    "Base",
    "Evaluation",
    "Exemption",
    "PlanStudy",
    "Question",
    "Scenario",
    "Study",
    "Suggestion",
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
    "read_plan",
    "run",
    "suggest",
]
