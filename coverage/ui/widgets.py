"""Show tables the same way on every page."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
"""Excel's MIME type, for downloads."""


def show_table(table: pd.DataFrame, *, key: str) -> None:
    """A table with shares as percentages and minutes to one decimal; — is unknown."""
    st.dataframe(table, hide_index=True, key=key, column_config=_formats(table), placeholder="—")


def select_row(table: pd.DataFrame, *, key: str, label: str, says: Sequence[str]):
    """The table with one row to pick, by a click in it or by name below it; gives its index label, None at first.

    `says`: each row in words, for the list below, which keyboard and screen reader reach as well.
    """
    names = dict(zip(table.index, says, strict=True))
    shown, seen = f"{key}_shown", f"{key}_{hash(tuple(names.items()))}"  # other rows are another table: none is picked
    pick = st.session_state.get(shown)
    st.session_state[shown] = pick if pick in names else None  # said anew: the list shows this table's words

    def picked() -> None:
        rows = st.session_state[seen]["selection"]["rows"]
        st.session_state[shown] = table.index[rows[0]] if rows else None

    st.dataframe(table, hide_index=True, key=seen, column_config=_formats(table), placeholder="—", on_select=picked,
                 selection_mode="single-row")
    return st.selectbox(label, list(names), index=None, format_func=lambda row: names.get(row, row), key=shown,
                        placeholder="请选一行")


def _formats(table: pd.DataFrame) -> dict:
    formats = {}
    for header in table.columns[table.dtypes.map(pd.api.types.is_float_dtype)]:
        if "占比" in header or "差距" in header:
            formats[header] = st.column_config.NumberColumn(format="percent")
        elif "分钟" in header or "面积" in header:
            formats[header] = st.column_config.NumberColumn(format="%.1f")
    return formats
