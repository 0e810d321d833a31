"""Draw the overview's charts: tables in, Altair charts out. Shapes, places and words tell what colours tell."""

from __future__ import annotations

import altair as alt
import pandas as pd

from coverage.report.goal_figures import WHEN
from coverage.report.words import percent

INK, BAR, TARGET, BASELINE = "#1a1a1a", "#225ea8", "#b2182b", "#4d4d4d"
"""All of them at least 4.5:1 on white; a test computes it."""

ROW = 52
"""Pixels a goal."""


def goal_chart(figures: pd.DataFrame) -> alt.LayerChart:
    """A row a goal of `goal_figures`: a bar to where it is now, a circle at the baseline, a diamond at the target."""
    order = list(dict.fromkeys(figures["目标"]))
    rows = figures.assign(标注=figures["时点"] + " " + figures["文字"])
    base = alt.Chart(rows).encode(
        y=alt.Y("目标:N", sort=order, title=None, axis=alt.Axis(labelLimit=340, labelFontSize=14, labelColor=INK)),
        x=alt.X("占比:Q", title=None, scale=alt.Scale(domain=[0, 1.18], nice=False),
                axis=alt.Axis(format="%", values=[0, 0.25, 0.5, 0.75, 1], labelFontSize=13, labelColor=INK)),
        tooltip=["目标", "时点", "年份", "文字", "结论"],
    )
    now, then, aim = (base.transform_filter(alt.datum.时点 == when) for when in (WHEN[1], WHEN[0], WHEN[2]))
    scale = alt.Scale(domain=list(WHEN), range=["circle", "square", "diamond"])
    colours = alt.Scale(domain=list(WHEN), range=[BASELINE, BAR, TARGET])
    key = {"shape": alt.Shape("时点:N", scale=scale, legend=None), "color": alt.Color("时点:N", scale=colours,
                                                                                   legend=None)}
    return alt.layer(
        now.mark_bar(height=16, color=BAR),
        then.mark_point(size=130, strokeWidth=2.5, fill="white", opacity=1).encode(**key),
        aim.mark_point(size=150, filled=True, opacity=1).encode(**key),
        now.mark_text(align="left", dx=4, dy=17, fontSize=13, color=INK).encode(
            x=alt.value(0), text="标注:N"),
        aim.mark_text(align="left", dx=11, fontSize=13, color=INK).encode(text="标注:N"),
        then.mark_text(align="right", dx=-4, dy=-16, fontSize=13, color=INK).encode(text="标注:N"),
    ).properties(height=alt.Step(ROW), description=_told(figures)).configure_view(stroke=None)


def split_chart(parts: pd.DataFrame) -> alt.LayerChart:
    """A bar each for 已服务, 满员, 够不着 and 未接入路网; `parts`: 去向, 人数, 占比."""
    rows = parts.assign(标注=[f"{count:,} 人（{percent(share)}）" for count, share in zip(
        parts["人数"], parts["占比"], strict=True)])
    base = alt.Chart(rows).encode(
        y=alt.Y("去向:N", sort=list(parts["去向"]), title=None, axis=alt.Axis(labelFontSize=14, labelColor=INK,
                                                                          labelLimit=200)),
        x=alt.X("占比:Q", title=None, scale=alt.Scale(domain=[0, 1.25]), axis=None),
        tooltip=["去向", "人数", alt.Tooltip("占比", format=".1%")],
    )
    told = "；".join(f"{row.去向} {row.标注}" for row in rows.itertuples())
    return alt.layer(
        base.mark_bar(height=20, color=BAR),
        base.mark_text(align="left", dx=6, fontSize=14, color=INK).encode(text="标注:N"),
    ).properties(height=alt.Step(34), description=f"人员去向：{told}").configure_view(stroke=None)


def _told(figures: pd.DataFrame) -> str:
    """What a screen reader says for the whole chart."""
    rows = [f"{goal}：" + "，".join(f"{row.时点} {row.文字}" for row in group.itertuples())
            for goal, group in figures.groupby("目标", sort=False)]
    return "各目标的进展。" + "；".join(rows)
