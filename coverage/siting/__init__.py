"""Suggest sites by location models solved to a proven bound.

    times, demand, sites → instance (checked arrays) → model (milp + rules) → solver (HiGHS)
                         → check (every condition afresh) → SitingResult

- instance.py  the tables as arrays              - covering.py  lscp, unit_cover
- rules.py     roles, number, money, units       - maximal.py   mclp
- milp.py, solver.py  the model, and HiGHS       - result.py    the answer, an account of every person
- check.py     the plan checked by code that shares nothing with the models
"""

from coverage.siting.covering import lscp, lscp_backup, partial_cover, unit_cover
from coverage.siting.maximal import mclp
from coverage.siting.result import SitingResult

__all__ = ["SitingResult", "lscp", "lscp_backup", "mclp", "partial_cover", "unit_cover"]
