"""The house's own rules: who may import whom, the package's name, the public surface, what commits may say."""

import ast
import subprocess
import sys
import time
from importlib.metadata import distributions
from pathlib import Path

import pytest

import coverage

ROOT = Path(__file__).parents[1]


def python(*args: str, **kwargs) -> subprocess.CompletedProcess:
    return subprocess.run([sys.executable, *args], cwd=ROOT, capture_output=True, text=True, **kwargs)


def test_imports_keep_their_direction():
    code = "from importlinter.cli import lint_imports; raise SystemExit(lint_imports(no_cache=True))"
    done = python("-c", code)  # a process of its own: it switches off the loggers of the one that it runs in
    assert done.returncode == 0, done.stdout


def test_the_package_is_ours_and_no_other_bears_its_name():
    assert Path(coverage.__file__).parent == ROOT / "coverage"
    installed = {distribution.metadata["Name"].lower() for distribution in distributions()}
    assert not installed & {"coverage", "pytest-cov"}


@pytest.mark.parametrize("order", ["import numba, coverage", "import coverage, numba",
                                   "import coverage.study, numba"])
def test_numba_loads_in_any_order(order):
    done = python("-c", f"{order}; print(numba.njit(lambda x: x + 1)(1))")
    assert done.stdout.strip() == "2", done.stderr


def test_the_public_surface_is_a_promise():
    assert coverage.__all__ == [
        "CoverageError", "build_network", "build_region", "evaluate", "judge_plan", "load_base", "load_plans",
        "load_scenario", "lscp", "mclp", "read_project", "read_roads", "run", "suggest", "travel_times", "unit_cover",
        "write_folder"]
    for name in coverage.__all__:
        assert callable(getattr(coverage, name))
        assert getattr(coverage, name).__doc__


def test_the_readme_names_every_command_and_no_other():
    from coverage.cli import COMMANDS

    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    table = readme.split("| 命令 | 做什么 |")[1].split("\n\n")[0]
    assert {line.split("`")[1] for line in table.splitlines() if line.startswith("| `")} == set(COMMANDS)


def test_files_that_the_readme_points_to_are_there():
    import re

    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    for target in re.findall(r"\]\((?!http)([^)]+)\)", readme):
        assert (ROOT / target).exists(), target


def test_the_style_is_kept():
    done = python("-m", "ruff", "check", ".")
    assert done.returncode == 0, done.stdout


def test_help_is_quick_and_loads_nothing_heavy():
    began = time.perf_counter()
    done = python("-X", "importtime", "-m", "coverage", "--help")
    assert done.returncode == 0
    assert time.perf_counter() - began < 5  # a loaded machine; the modules below are what makes it slow
    for heavy in ("pandas", "numpy", "numba", "streamlit", "geopandas"):
        assert f"| {heavy}\n" not in done.stderr


def test_no_file_is_long():
    lengths = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in ROOT.glob("coverage/**/*.py")}
    assert {str(path): length for path, length in lengths.items() if length > 400} == {}


@pytest.mark.parametrize("path", sorted(ROOT.glob("coverage/**/*.py")), ids=lambda path: str(path.relative_to(ROOT)))
def test_every_module_opens_with_a_sentence(path):
    assert ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
