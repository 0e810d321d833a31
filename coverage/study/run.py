"""Run a scenario from its inputs to a study.

Takes a `Scenario`; gives a `Study`: the evaluation, the answered questions, and where every number came from.
"""

from __future__ import annotations

from dataclasses import dataclass

from coverage.study.evaluate import Evaluation, Progress, evaluate
from coverage.study.load import load_base, load_plans
from coverage.study.provenance import manifest
from coverage.study.scenario import Scenario
from coverage.study.suggest import Suggestion, suggest


@dataclass(frozen=True)
class Study:
    """A scenario, run: `manifest` names inputs with their hashes, parameters, versions and how each solve ended."""

    evaluation: Evaluation
    suggestions: tuple[Suggestion, ...]
    manifest: dict


def run(scenario: Scenario, *, progress: Progress = lambda step: None) -> Study:
    """Run every stage. Raises what any stage raises (coverage.errors)."""
    progress("读取数据")
    base = load_base(scenario)
    evaluation = evaluate(base, scenario, load_plans(scenario), progress=progress)
    if evaluation.plans:
        progress("评价规划目标")
        _ = evaluation.gaps  # judged now, so that a plan's mistake is told before long solves
    suggestions = []
    for question in scenario.siting:
        progress(f"选址：{question.name}")
        suggestions.append(suggest(evaluation, question))
    return Study(evaluation, tuple(suggestions), manifest(evaluation, suggestions))
