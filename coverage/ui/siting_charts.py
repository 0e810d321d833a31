"""Draw the curve of coverage against sites or money: a `Suggestion` with a curve in, an Altair chart out."""

from __future__ import annotations

import altair as alt
import pandas as pd

from coverage.report.siting_tables import curve_title
from coverage.study import Suggestion
from coverage.ui.charts import BAR, INK, TARGET

PICK = "pick"
PROVEN, OPEN, OTHER = "已证明最优", "可行，离最优的距离见表", "以前算过的方案、情景"
KINDS = {PROVEN: ("circle", BAR), OPEN: ("diamond", TARGET), OTHER: ("square", "#4d4d4d")}


def curve_chart(suggestion: Suggestion, others: pd.DataFrame) -> alt.LayerChart:
    """Points of the curve, each to be clicked; `others`: plans found before (档, 能到达, 名称), told apart by shape."""
    title, curve = curve_title(suggestion), suggestion.solved.curve
    points = pd.DataFrame({
        "档": curve.index.astype(float), "能到达": curve["objective"].astype(float),
        "性质": curve["status"].map({"optimal": PROVEN}).fillna(OPEN), "名称": [f"{step:g}" for step in curve.index]})
    rows = pd.concat([points, others.assign(性质=OTHER)], ignore_index=True) if len(others) else points
    used = [kind for kind in KINDS if kind in set(rows["性质"])]
    low = float(rows["能到达"].min())
    high = max(float(rows["能到达"].max()), low + 1)
    x = alt.X("档:Q", title=title, axis=alt.Axis(labelFontSize=13, titleFontSize=14, labelColor=INK, titleColor=INK,
                                                tickMinStep=1))
    y = alt.Y("能到达:Q", title=f"{suggestion.within_min:g} 分钟内能到达（人）",
              scale=alt.Scale(domain=[max(0.0, low - (high - low) * 0.15), high + (high - low) * 0.12], nice=False),
              axis=alt.Axis(labelFontSize=13, titleFontSize=14, labelColor=INK, titleColor=INK, format=",.0f"))
    pick = alt.selection_point(name=PICK, fields=["档", "性质"], on="click", empty=False)
    shapes = alt.Scale(domain=used, range=[KINDS[kind][0] for kind in used])
    colours = alt.Scale(domain=used, range=[KINDS[kind][1] for kind in used])
    legend = alt.Legend(title=None, orient="bottom", labelFontSize=13, labelColor=INK)
    line = alt.Chart(points).mark_line(color=BAR, strokeWidth=1.5).encode(x=x, y=y)
    dots = alt.Chart(rows).mark_point(size=120, filled=True, opacity=1).encode(
        x=x, y=y, shape=alt.Shape("性质:N", scale=shapes, legend=legend),
        color=alt.Color("性质:N", scale=colours, legend=legend),
        stroke=alt.condition(pick, alt.value("#000000"), alt.value("#ffffff")),
        strokeWidth=alt.condition(pick, alt.value(3), alt.value(1)),
        tooltip=["名称", "能到达", "性质"]).add_params(pick)
    return alt.layer(line, dots).properties(
        height=320, description=_told(suggestion, points)).configure_view(stroke=None)


def _told(suggestion: Suggestion, points: pd.DataFrame) -> str:
    """What a screen reader says for the whole chart."""
    said = "；".join(f"{row.名称}：{row.能到达:,.0f} 人" for row in points.itertuples())
    return f"{curve_title(suggestion)}与能到达的人数。{said}"
