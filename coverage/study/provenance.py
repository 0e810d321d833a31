"""Say where a study's numbers came from: inputs and their hashes, parameters, versions, and how each solve ended."""

from __future__ import annotations

import hashlib
import math
import platform
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

from coverage import __version__
from coverage.study.changes import describe
from coverage.study.evaluate import Evaluation
from coverage.study.scenario import SEVERAL
from coverage.study.suggest import Suggestion

LIBRARIES = ("numpy", "pandas", "scipy", "geopandas", "shapely", "pyproj", "numba", "highspy", "osmium")


def manifest(evaluation: Evaluation, suggestions: list[Suggestion], unanswered: Sequence = ()) -> dict:
    """Plain data for JSON. It holds no clock and no machine's paths: the same inputs give the same manifest."""
    scenario, project = evaluation.scenario, evaluation.base.project
    parameters = scenario.model_dump(mode="json")
    for name, value in parameters.items():
        if isinstance(getattr(scenario, name), Path):
            parameters[name] = Path(value).name
    for name in SEVERAL:
        parameters[name] = [path.name for path in getattr(scenario, name)]
    return {
        "title": scenario.title,
        "region": evaluation.region.title,
        "year": evaluation.year,
        "group": evaluation.group,
        "inputs": dict(sorted(project.files.items())) | {path.name: sha256(path) for path in scenario.plans},
        "rows": {name: {"read": i.read, "used": i.used, "refused": i.refused} for name, i in project.intakes.items()},
        "parameters": parameters,
        "changes": [describe(change, evaluation.region, evaluation.base.unchanged.roads)
                    for change in scenario.changes],
        "versions": {"coverage": __version__, "python": platform.python_version()}
        | {name: version(name) for name in LIBRARIES},
        "heights": _heights(evaluation),
        "people": _account(evaluation),
        "siting": [_solve(suggestion) for suggestion in suggestions]
        + [{"question": one.question.name, "model": one.question.model, "status": "infeasible", "reason": one.reason}
           for one in unanswered],
        "notes": list(evaluation.region.notes),
    }


def _heights(evaluation: Evaluation) -> dict | None:
    """Whose heights slow the mode, and of what share of its road the slope is known; None where none do."""
    heights, share = evaluation.base.heights, evaluation.network.slope_share
    if heights is None or math.isnan(share):
        return None
    return {"source": heights.source, "tiles": heights.names, "share_known": share,
            "share_steep": evaluation.network.steep_share}


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _account(evaluation: Evaluation) -> dict:
    """Everyone, by band: the bands add up to the total; those in refused rows come beside it."""
    by_band = evaluation.demand.groupby("band", observed=False)["people"].sum()
    counts = {str(band): int(n) for band, n in by_band.items()}
    return {"total": int(evaluation.people.sum()), "left_out": evaluation.left_out, "by_band": counts}


def _solve(suggestion: Suggestion) -> dict:
    proof, question, solved = suggestion.proof, suggestion.question, suggestion.solved
    return {
        "question": question.name,
        "model": question.model,
        "within_min": suggestion.within_min,
        "rule": suggestion.problem.rule.title if question.goal else None,
        "goals": None if solved.targets is None else solved.targets[["title", "needed", "short"]].to_dict("records"),
        "closed": list(suggestion.closed.index),
        "candidates": len(suggestion.problem.candidates),
        "status": proof.status,
        "termination": proof.termination,
        "objective": _finite(proof.objective),
        "bound": _finite(proof.bound),
        "gap": _finite(proof.gap),
        "seed": proof.seed,
        "chosen": list(suggestion.new_sites.index),
        "cost_wan": suggestion.cost_wan,
        **({"yearly_cost_wan": suggestion.yearly_cost_wan} if suggestion.question.serves_villages else {}),
        **suggestion.people,
    }


def _finite(value: float) -> float | None:
    """JSON knows no infinity: None says that there is no number."""
    return float(value) if math.isfinite(value) else None
