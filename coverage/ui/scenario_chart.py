"""Draw scenarios by what they cost and whom they reach: a comparison in, an Altair chart out.

Shapes and words tell what colours tell: ● stands, ✕ is pointless, ▲ costs at least so much.
"""

from __future__ import annotations

import altair as alt
import pandas as pd

from coverage.report.words import percent
from coverage.study import Comparison
from coverage.ui.charts import BAR, BASELINE, INK, TARGET

CROSS = "M-0.7,-0.7L0.7,0.7M0.7,-0.7L-0.7,0.7"
KEPT, POINTLESS, UNCOSTED = "可选", "不必考虑", "费用不全"


def scenario_chart(comparison: Comparison) -> alt.LayerChart:
    """A dot a scenario: known cost across, share of people within the threshold up."""
    summary, t = comparison.summary, f"{comparison.threshold_min:g}"
    rows = pd.DataFrame({
        "情景": summary.index, "费用": summary["cost_wan"].to_numpy(), "占比": summary[f"share_{t}_min"].to_numpy(),
        "取舍": [POINTLESS if better else UNCOSTED if unknown else KEPT for better, unknown in
                zip(summary["dominated_by"], summary["uncosted"], strict=True)]})
    a_year = summary["yearly_cost_wan"].map(lambda wan: f"（另每年 {wan:g} 万元）" if wan else "").to_numpy()
    mark = rows["取舍"].map({KEPT: "", POINTLESS: "（不必考虑）", UNCOSTED: "（费用不全）"})
    rows["标注"] = rows["情景"] + a_year + mark
    kinds, dearest = [KEPT, POINTLESS, UNCOSTED], float(rows["费用"].max())
    low, high = rows["占比"].min(), rows["占比"].max()
    margin = max(0.02, 0.15 * (high - low))
    base = alt.Chart(rows).encode(
        x=alt.X("费用:Q", title="已知费用（万元，单价为示例）", axis=_axis(format=",.0f", tickMinStep=1),
                scale=alt.Scale(domain=[-0.04 * max(dearest, 1), 1.35 * max(dearest, 1)], nice=False)),
        y=alt.Y("占比:Q", title=f"{t} 分钟内占比", axis=_axis(format=".0%", tickMinStep=0.01),
                scale=alt.Scale(domain=[max(0, low - margin), min(1, high + margin)], nice=False)),
        tooltip=["情景", "费用", alt.Tooltip("占比", format=".1%"), "取舍"])
    together = _together(rows, 0.1 * max(dearest, 1), 0.08 * (high - low + 2 * margin))
    told = "；".join(f"{row.情景} {row.费用:g} 万元{more}，{percent(row.占比)}，{row.取舍}"
                    for row, more in zip(rows.itertuples(), a_year, strict=True))
    return alt.layer(
        base.mark_point(size=170, strokeWidth=3, opacity=1).encode(
            shape=alt.Shape("取舍:N", scale=alt.Scale(domain=kinds, range=["circle", CROSS, "triangle-up"]),
                            legend=None),
            color=alt.Color("取舍:N", scale=alt.Scale(domain=kinds, range=[BAR, BASELINE, TARGET]), legend=None)),
        alt.Chart(together).mark_text(align="left", dx=13, fontSize=14, color=INK, limit=420).encode(
            x="费用:Q", y="占比:Q", text="标注:N"),
    ).properties(height=330, description=f"各情景的费用和 {t} 分钟内占比：{told}").configure_view(stroke=None)


def _together(rows: pd.DataFrame, wide: float, high: float) -> pd.DataFrame:
    """One label for dots that are nearer to each other than a label is wide and high, at the first of them."""
    labels: list[dict] = []
    for row in rows.to_dict("records"):
        near = [one for one in labels
                if abs(one["费用"] - row["费用"]) < wide and abs(one["占比"] - row["占比"]) < high]
        if near:
            near[0]["标注"] += f"、{row['标注']}"
        else:
            labels.append({name: row[name] for name in ("费用", "占比", "标注")})
    return pd.DataFrame(labels)


def _axis(**options) -> alt.Axis:
    return alt.Axis(labelFontSize=13, titleFontSize=14, labelColor=INK, titleColor=INK, **options)
