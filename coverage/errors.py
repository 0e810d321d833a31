"""Name every error that this program raises on purpose, in one tree.

    CoverageError                    base; carries where, what and todo, and an exit code
    ├── InputError (ValueError)      what the user gave can't be used              exit 3
    │   ├── TableError               a table; carries its problem list
    │   ├── LayerError               a boundary or point layer
    │   ├── RoadError                a road file or road network
    │   ├── ScenarioError            a scenario file
    │   ├── PlanError                a policy plan file
    │   └── ProjectError             a project folder
    ├── UnsafeFileError (ValueError) a file is disguised or over a limit          exit 4
    ├── InfeasibleError (ValueError) no plan meets every condition; says why      exit 5
    ├── SolverError (RuntimeError)   the solver stopped without an answer          exit 10
    ├── OfflineError (ConnectionError)  this step needs the internet              exit 7
    ├── ResourceError (MemoryError)  the run would not fit; says what would        exit 8
    └── OutputError (OSError)        a result can't be written (file open?)        exit 9

Exit 0 is success, 1 a bug, 2 a mistyped command, 6 a time limit with a feasible plan in hand.

Messages are in Chinese, for planners: where it is, what is wrong, what to do.
Anything else that surfaces is a bug and is never caught.
"""

from __future__ import annotations


class CoverageError(Exception):
    """Something the user can understand and mend.

    `what` says what is wrong, `where` in which file, sheet, row or field,
    `todo` what to do about it. `str()` joins the three into one sentence.
    """

    exit_code = 1

    def __init__(self, what: str, *, where: str = "", todo: str = "") -> None:
        self.what, self.where, self.todo = what, where, todo
        super().__init__(what)

    def __str__(self) -> str:
        place = f"{self.where}：" if self.where else ""
        mend = f"。{self.todo}" if self.todo else ""
        return f"{place}{self.what}{mend}"


class InputError(CoverageError, ValueError):
    exit_code = 3


class TableError(InputError):
    """A table that can't be used. `problems` is the problem list, a row for each."""

    def __init__(self, what: str, *, problems=None, where: str = "", todo: str = "") -> None:
        super().__init__(what, where=where, todo=todo)
        self.problems = problems


class LayerError(InputError):
    pass


class RoadError(InputError):
    pass


class ScenarioError(InputError):
    pass


class PlanError(InputError):
    """A plan file that can't be used. `problems` lists (line, field, message)."""

    def __init__(self, what: str, *, problems=(), where: str = "", todo: str = "") -> None:
        super().__init__(what, where=where, todo=todo)
        self.problems = list(problems)


class ProjectError(InputError):
    pass


class UnsafeFileError(CoverageError, ValueError):
    exit_code = 4


class InfeasibleError(CoverageError, ValueError):
    exit_code = 5


class SolverError(CoverageError, RuntimeError):
    exit_code = 10


class OfflineError(CoverageError, ConnectionError):
    exit_code = 7


class ResourceError(CoverageError, MemoryError):
    exit_code = 8


class OutputError(CoverageError, OSError):
    exit_code = 9
