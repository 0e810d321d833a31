"""Run a scenario from its inputs to a study.

Takes a `Scenario`; gives a `Study`: the evaluation, the answered questions, and where every number came from.
"""

from __future__ import annotations

from dataclasses import dataclass

from coverage.errors import InfeasibleError
from coverage.study.evaluate import Evaluation, Progress, evaluate
from coverage.study.load import load_base, load_plans
from coverage.study.provenance import manifest
from coverage.study.question import Question
from coverage.study.scenario import Scenario
from coverage.study.suggest import Suggestion, suggest


@dataclass(frozen=True)
class Unanswered:
    """A question that no plan meets, and why, in words with the smallest relaxation that would do."""

    question: Question
    reason: str


@dataclass(frozen=True)
class Study:
    """A scenario, run: `manifest` names inputs with their hashes, parameters, versions and how each solve ended."""

    evaluation: Evaluation
    suggestions: tuple[Suggestion, ...]
    manifest: dict
    unanswered: tuple[Unanswered, ...] = ()


def run(scenario: Scenario, *, progress: Progress = lambda step: None) -> Study:
    """Run every stage. Raises what any stage raises (coverage.errors), but for a question that no plan meets."""
    progress("读取数据")
    base = load_base(scenario)
    evaluation = evaluate(base, scenario, load_plans(scenario), progress=progress)
    if evaluation.plans:
        progress("评价规划目标")
        _ = evaluation.gaps  # judged now, so that a plan's mistake is told before long solves
    suggestions, unanswered = [], []
    for question in scenario.siting:
        progress(f"选址：{question.name}")
        try:
            suggestions.append(suggest(evaluation, question))
        except InfeasibleError as reason:
            unanswered.append(Unanswered(question, str(reason)))
    told = manifest(evaluation, suggestions, unanswered)
    return Study(evaluation, tuple(suggestions), told, tuple(unanswered))
