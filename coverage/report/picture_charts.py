"""Draw a study's charts as PNG pictures: goals as bars, people by band of minutes, coverage against sites or money.

Takes an `Evaluation`, a judged plan or a siting answer; gives PNG bytes. Every bar and dot bears its figure, so
nothing is told by colour alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from coverage.goals import GoalsResult
from coverage.goals.statuses import EXEMPT, MET, NO_DATA, NOT_APPLICABLE, UNMET
from coverage.report.canvas import GREY, INK, Canvas, draw, write
from coverage.report.palette import palette
from coverage.report.picture_frame import wrapped
from coverage.report.siting_tables import curve_table, curve_title
from coverage.report.tables import band_table, basis_line
from coverage.report.words import tight, width
from coverage.study import Evaluation, Suggestion

if TYPE_CHECKING:
    from matplotlib.axes import Axes

WIDTH_MM = 156
_LOOKS = {
    MET: ("#2c7fb8", ""), UNMET: ("#f4a582", "////"), NO_DATA: ("#ffffff", ".."), NOT_APPLICABLE: ("#ffffff", ""),
    EXEMPT: ("#ffffff", ""),
}
"""Fill and hatch of a bar by the goal's status."""

_ROW_MM, _NAMES_MM, _VALUES_MM = 11, 54, 30


def goal_chart(judged: GoalsResult, evaluation: Evaluation) -> bytes:
    """A bar a goal: how much of it is met, with its baseline and its target marked; 100% is the right edge."""
    goals = judged.summary.to_dict("records")
    foot = _foot(evaluation)
    down = _ROW_MM * len(goals)
    height = 20 + down + 12 + 3.4 * len(foot)

    def paint(canvas: Canvas) -> None:
        page = canvas.sheet()
        year = f"{evaluation.year} 年" if evaluation.year else "现状"
        write(page, WIDTH_MM / 2, 6, tight(f"{judged.plan.title}：各项目标，{year}"), size=11, ha="center", va="center")
        _key(page, 13.5)
        axes = canvas.axes(_NAMES_MM, 18, WIDTH_MM - _NAMES_MM - _VALUES_MM, down)
        axes.set(xlim=(0, 1), ylim=(len(goals) - 0.5, -0.5), yticks=[], xticks=[0, 0.25, 0.5, 0.75, 1])
        axes.set_xticklabels([])
        axes.tick_params(length=0)
        axes.grid(axis="x", color="#d9d9d9", linewidth=0.6)
        axes.set_axisbelow(True)
        for side in ("top", "right", "bottom"):
            axes.spines[side].set_visible(False)
        for tick in (0, 0.25, 0.5, 0.75, 1):
            write(axes, tick, len(goals) - 0.42, f"{tick:.0%}", size=7, colour=GREY, ha="center", va="top")
        for row, goal in enumerate(goals):
            _bar(page, axes, row, goal, judged)
        for line, text in enumerate(foot):
            write(page, 3, 18 + down + 9 + 3.4 * line, text, size=6.5, colour=GREY, va="center")

    return draw(WIDTH_MM, height, paint)


def _key(page: Axes, y: float) -> None:
    """What the bars, the line and the rhomb mean."""
    from matplotlib.patches import Rectangle

    x = 6.0
    for status, meaning in ((MET, "现状（达标）"), (UNMET, "现状（未达标）"), (NO_DATA, "已知的部分（数据缺失）")):
        fill, hatch = _LOOKS[status]
        page.add_patch(Rectangle((x, y - 1.5), 6, 3, facecolor=fill, edgecolor=INK, linewidth=0.5, hatch=hatch))
        write(page, x + 7.5, y, meaning, size=7.5, va="center")
        x += 12 + 1.35 * width(meaning)
    page.plot([x + 1, x + 1], [y - 2, y + 2], color=INK, linewidth=1.6)
    write(page, x + 3.5, y, "目标", size=7.5, va="center")
    page.plot([x + 20], [y], linestyle="none", marker="D", markersize=4.5, markerfacecolor="white",
              markeredgecolor=INK, markeredgewidth=0.9)
    write(page, x + 23, y, "规划基期", size=7.5, va="center")


def _bar(page: Axes, axes: Axes, row: int, goal: dict, judged: GoalsResult) -> None:
    plan = judged.plan.goal(goal["goal_id"])
    middle = 18 + _ROW_MM * (row + 0.5)
    names = wrapped(goal["title"], 36)[:2]
    for line, text in enumerate(names):
        write(page, _NAMES_MM - 2, middle + 3.6 * (line - (len(names) - 1) / 2), text, size=8, ha="right", va="center")
    share = goal["share"]
    if pd.notna(share):
        fill, hatch = _LOOKS[goal["status"]]
        axes.barh(row, min(share, 1), height=0.52, facecolor=fill, edgecolor=INK, linewidth=0.5, hatch=hatch, zorder=3)
    for figure, draw_it in ((plan.target_for(judged.year), _target), (plan.baseline, _baseline)):
        if figure is not None and 0 <= figure.number <= 1 and not getattr(plan, "unit", ""):
            draw_it(axes, row, float(figure.number))
    said = "" if pd.isna(share) else f" {share:.1%}" if goal["status"] != NO_DATA else f"，已知{share:.0%}"
    lines = [f"{goal['status']}{said}", f"目标 {goal['target']}"]
    for line, text in enumerate(lines):
        write(page, WIDTH_MM - _VALUES_MM + 3, middle + 3.6 * (line - 0.5), text, size=7.5, va="center",
              colour=INK if line == 0 else GREY)


def _target(axes: Axes, row: int, share: float) -> None:
    axes.plot([share, share], [row - 0.4, row + 0.4], color=INK, linewidth=1.6, zorder=5, clip_on=False)


def _baseline(axes: Axes, row: int, share: float) -> None:
    axes.plot([share], [row], linestyle="none", marker="D", markersize=4.5, markerfacecolor="white",
              markeredgecolor=INK, markeredgewidth=0.9, zorder=6, clip_on=False)


def band_chart(evaluation: Evaluation) -> bytes:
    """A column a band of minutes: how many people, and their share of all."""
    table, foot = band_table(evaluation), _foot(evaluation)
    names, counts, shares = table.iloc[:, 0], table["人数"], table["占比"]
    down = 58
    late = _late(evaluation)

    def paint(canvas: Canvas) -> None:
        page = canvas.sheet()
        write(page, WIDTH_MM / 2, 6, tight(f"{evaluation.group}到最近的{evaluation.service}要多少分钟"), size=11,
              ha="center", va="center")
        axes = canvas.axes(10, 14, WIDTH_MM - 20, down)
        axes.set(xlim=(-0.6, len(names) - 0.4), ylim=(0, max(1, counts.max()) * 1.22), xticks=[], yticks=[])
        for side in ("top", "right", "left"):
            axes.spines[side].set_visible(False)
        for column, (name, count, share) in enumerate(zip(names, counts, shares, strict=True)):
            fill, hatch = ("#f4a582", "////") if late[column] else (palette("share").loc["0.75", "colour"], "")
            axes.bar(column, count, width=0.62, facecolor=fill, edgecolor=INK, linewidth=0.5, hatch=hatch)
            for lift, text in ((0.09, f"{count:,}人"), (0.02, f"{share:.1%}")):
                write(axes, column, count + counts.max() * lift, text, size=8, ha="center", va="bottom")
            write(page, 10 + (WIDTH_MM - 20) * (column + 0.6) / (len(names) + 0.2), 14 + down + 4,
                  name if name[-1] > "9" else f"{name}分钟", size=8, ha="center", va="center")
        limit = f"{evaluation.scenario.travel.threshold_min:g}"
        write(page, WIDTH_MM / 2, 12, f"实色：{limit}分钟以内；斜线：超出或没有接入路网", size=7, colour=GREY,
              ha="center", va="center")
        for line, text in enumerate(foot):
            write(page, 3, 14 + down + 10 + 3.4 * line, text, size=6.5, colour=GREY, va="center")

    return draw(WIDTH_MM, 14 + down + 12 + 3.4 * len(foot), paint)


def curve_chart(suggestion: Suggestion) -> bytes:
    """Coverage against new sites or money: a dot a plan, with its number, and the proven bound where it lies higher."""
    table, by = curve_table(suggestion), curve_title(suggestion)
    at, reached, bound = (table[name].astype(float) for name in (by, "能到达（人）", "至多能到（人）"))
    everyone, foot = suggestion.people["total"], _foot(suggestion.problem.evaluation)
    down = 72

    def paint(canvas: Canvas) -> None:
        page = canvas.sheet()
        write(page, WIDTH_MM / 2, 6, tight(f"{suggestion.question.name}：{suggestion.within_min:g} 分钟内能到达的人数"),
              size=11, ha="center", va="center")
        axes = canvas.axes(22, 13, WIDTH_MM - 34, down)
        low, high = reached.min(), max(bound.max(), reached.max())
        room = (high - low) * 0.16 or 1
        limits = _wider(at)
        aside = (limits[1] - limits[0]) * 0.006
        axes.set(xlim=limits, ylim=(low - room, high + room), xticks=[], yticks=[])
        for side in ("top", "right"):
            axes.spines[side].set_visible(False)
        if (bound > reached + 0.5).any():
            axes.plot(at, bound, color=GREY, linewidth=1, linestyle=(0, (4, 3)), marker="_", markersize=8)
            write(axes, at.iloc[-1], bound.iloc[-1], "已证明的上限", size=7, colour=GREY, halo=2, ha="right",
                  va="bottom")
        axes.plot(at, reached, color=palette("share").loc["0.75", "colour"], linewidth=1.4, marker="o", markersize=5,
                  markeredgecolor="white", markeredgewidth=0.6, zorder=5)
        for x, y in zip(at, reached, strict=True):
            write(axes, x - aside, y + room * 0.1, f"{y:,.0f}人", size=7, ha="right", va="bottom", halo=2, zorder=6)
            write(axes, x + aside, y - room * 0.1, f"{y / everyone:.0%}", size=7, ha="left", va="top", halo=2, zorder=6,
                  colour=GREY)
            write(axes, x, low - room * 1.12, f"{x:g}", size=8, ha="center", va="top")
        write(page, WIDTH_MM / 2, 13 + down + 9.5, by, size=8, ha="center", va="center")
        write(page, 22, 11, "纵轴不从零起", size=6.5, colour=GREY, ha="center", va="center")
        for line, text in enumerate(foot):
            write(page, 3, 13 + down + 15 + 3.4 * line, text, size=6.5, colour=GREY, va="center")

    return draw(WIDTH_MM, 13 + down + 18 + 3.4 * len(foot), paint)


def _wider(values: pd.Series) -> tuple[float, float]:
    margin = (values.max() - values.min()) * 0.05 or 1
    return values.min() - 2.6 * margin, values.max() + margin


def _late(evaluation: Evaluation) -> list[bool]:
    """Whether each band lies beyond the scenario's threshold (no road counts as beyond)."""
    inside = sum(minutes <= evaluation.scenario.travel.threshold_min for minutes in evaluation.scenario.bands_min)
    return [place >= inside for place in range(len(band_table(evaluation)))]


def _foot(evaluation: Evaluation) -> list[str]:
    return wrapped(f"数据性质：{basis_line(evaluation)}。", 100)
