"""Read a scenario file: which region, which service, how people travel, what to judge and what to site.

Takes a TOML file; gives a `Scenario`. Every mistake in the file is reported at once.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from coverage.errors import ScenarioError
from coverage.region import GROUPS
from coverage.settings import DEFAULT_THRESHOLD_MIN, SEED, SOLVE_SECONDS, THRESHOLDS_MIN
from coverage.study.changes import Change, Population, ServiceType
from coverage.study.exemptions import Exemption

Group = Literal[GROUPS]


NAME = r'^[^\\/:*?"<>|\x00-\x1f]{1,40}$'
"""What a question may be called: files and layers bear the name, on Windows too."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Service(_Strict):
    """Which institutions count, and whom the study counts (None: certificate holders where known, else residents)."""

    type: ServiceType = "残疾人之家"
    standardised_only: bool = False
    people: Group | None = None


class Travel(_Strict):
    """How people travel, and the bands of minutes that results are told in."""

    mode: str = "car"
    variant: Literal["slow", "middle", "fast"] = "middle"
    terrain: Literal["平原", "丘陵", "山区"] = "丘陵"
    threshold_min: float = Field(DEFAULT_THRESHOLD_MIN, gt=0, le=600)
    thresholds_min: tuple[float, ...] = Field(THRESHOLDS_MIN, min_length=1)

    @model_validator(mode="after")
    def _rising(self):
        if list(self.thresholds_min) != sorted(set(self.thresholds_min)) or self.thresholds_min[0] <= 0:
            raise ValueError("thresholds_min 应为由小到大、互不相同的正数")
        return self


class Question(_Strict):
    """One siting question: unit_cover (每个乡镇都有), lscp (最少几处全覆盖) or mclp (p 处最多覆盖多少人).

    `goal` ("plan id/goal id") makes unit_cover follow that goal's own rule.
    """

    name: Annotated[str, Field(pattern=NAME)]
    model: Literal["unit_cover", "lscp", "mclp"]
    p: int | None = Field(None, ge=1)
    goal: str | None = None
    within_min: float | None = Field(None, gt=0, le=600)
    time_limit_s: float = Field(SOLVE_SECONDS, gt=0)

    @model_validator(mode="after")
    def _p_belongs_to_mclp(self):
        if (self.model == "mclp") != (self.p is not None):
            raise ValueError("model = \"mclp\" 要写 p（新建几处），其他模型不写 p")
        if self.goal and self.model != "unit_cover":
            raise ValueError("goal 只用于 model = \"unit_cover\"")
        return self


class Scenario(_Strict):
    """A scenario as its file says it; paths are absolute once loaded.

    `project` is a project folder; or `points`, `institutions` and `roads` are single files
    (with `candidates` and `areas` where there are any). `roads_place` asks OpenStreetMap for the roads instead:
    a place's name, or "边界" for what lies inside the areas. `changes` are made to them in turn (apply_changes).
    """

    title: str
    project: Path | None = None
    points: Path | None = None
    institutions: Path | None = None
    roads: Path | None = None
    roads_place: str | None = None
    candidates: Path | None = None
    areas: Path | None = None
    year: int | None = Field(None, ge=1949, le=2100)
    seed: int = SEED
    service: Service = Service()
    travel: Travel = Travel()
    plans: tuple[Path, ...] = ()
    siting: tuple[Question, ...] = ()
    exemptions: tuple[Exemption, ...] = ()
    changes: tuple[Change, ...] = ()

    @property
    def bands_min(self) -> tuple[float, ...]:
        """The bands that results are told in, the scenario's own threshold among them."""
        return tuple(sorted({*self.travel.thresholds_min, self.travel.threshold_min}))

    @model_validator(mode="after")
    def _has_a_region(self):
        if self.project is None and (self.points is None or (self.roads is None and self.roads_place is None)):
            raise ValueError("要写 project（项目文件夹），或写 points（需求点）与 roads（道路）或 roads_place（地名）")
        if self.plans and self.project is None and self.year is None:
            raise ValueError("按规划评价要写 year（年份）")
        if sum(isinstance(change, Population) for change in self.changes) > 1:
            raise ValueError("changes 里只能换一次人口年份")
        return self


def load_scenario(path: Path) -> Scenario:
    """Read the scenario at `path`; file names in it are relative to its folder.

    Raises ScenarioError where the file can't be read or says something that isn't allowed.
    """
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
        return _absolute(Scenario.model_validate(content), path.parent.resolve())
    except OSError as error:
        raise ScenarioError("读不到情景文件", where=str(path), todo="请检查文件名") from error
    except UnicodeDecodeError as error:
        raise ScenarioError("不是 UTF-8 文本", where=str(path), todo="请用记事本另存为 UTF-8") from error
    except tomllib.TOMLDecodeError as error:
        raise ScenarioError(f"不是合法的 TOML：{error}", where=str(path), todo="请对照例子修改") from error
    except ValidationError as error:
        raise ScenarioError(_mistakes(error), where=str(path), todo="请对照 scenarios/ 中的例子修改") from error


def _absolute(scenario: Scenario, folder: Path) -> Scenario:
    files = {name: (folder / value).resolve() for name in _FILES if (value := getattr(scenario, name)) is not None}
    plans = tuple((folder / plan).resolve() for plan in scenario.plans)
    return scenario.model_copy(update={**files, "plans": plans})


_FILES = ("project", "points", "institutions", "roads", "candidates", "areas")


def _mistakes(error: ValidationError) -> str:
    return "；".join(_mistake(item) for item in error.errors())


def _mistake(item: dict) -> str:
    return f"{_place(item['loc'])}：{_said(item)}"


def _place(location: tuple) -> str:
    """Where in the file: service.type, changes 第 2 项.lon, without the kind that pydantic adds to a change's place."""
    names = [part for depth, part in enumerate(location) if not (location[0] == "changes" and depth == 2)]
    said = ""
    for name in names:
        said += f" 第 {name + 1} 项" if isinstance(name, int) else f".{name}" if said else name
    return said or "文件"


def _said(item: dict) -> str:
    kind, context = item["type"], item.get("ctx", {})
    words = {
        "extra_forbidden": "没有这个设置项",
        "missing": "缺少这一项",
        "literal_error": f"应为 {context.get('expected')} 之一",
        "union_tag_invalid": f"kind 应为 {context.get('expected_tags')} 之一",
        "union_tag_not_found": "缺少 kind（哪一种变化）",
        "value_error": str(context.get("error", item["msg"])),
        "string_pattern_mismatch": '应为 1 至 40 个字，不含 \\ / : * ? " < > |（名称会用作文件名）',
        "string_too_short": "不能是空的",
        "string_too_long": f"不能超过 {context.get('max_length')} 个字",
        "too_short": f"至少要有 {context.get('min_length')} 个",
        "too_long": f"最多 {context.get('max_length')} 个",
        "greater_than": f"应大于 {context.get('gt')}",
        "greater_than_equal": f"不应小于 {context.get('ge')}",
        "less_than_equal": f"不应大于 {context.get('le')}",
        "finite_number": "应为有限的数",
        "tuple_type": "应为列表（用方括号）",
        "int_from_float": "应为整数",
    }
    return words.get(kind) or next((text for head, text in _TYPES.items() if kind.startswith(head)), item["msg"])


_TYPES = {"string": "应为文字（加引号）", "int": "应为整数", "float": "应为数字", "bool": "应为 true 或 false"}
