"""Show tables the same way on every page."""

from __future__ import annotations

import pandas as pd
import streamlit as st


def show_table(table: pd.DataFrame, *, key: str) -> None:
    """A table with shares as percentages and minutes to one decimal; — is unknown."""
    st.dataframe(table, hide_index=True, key=key, column_config=_formats(table), placeholder="—")


def _formats(table: pd.DataFrame) -> dict:
    formats = {}
    for header in table.columns[table.dtypes.map(pd.api.types.is_float_dtype)]:
        if "占比" in header or "差距" in header:
            formats[header] = st.column_config.NumberColumn(format="percent")
        elif "分钟" in header or "面积" in header:
            formats[header] = st.column_config.NumberColumn(format="%.1f")
    return formats
