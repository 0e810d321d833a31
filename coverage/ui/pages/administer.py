"""管理: who may do what on this shared server, and what went wrong on it."""

import os
from pathlib import Path

import pandas as pd
import streamlit as st

from coverage.ui.faults import LAST
from coverage.ui.roles import FILE, ROLES, TITLES, read_rules
from coverage.ui.widgets import show_table

st.header("管理")
st.write("这里写明谁能做什么，和软件最近出的错。使用人报来编号时，在这里查。")
rules = read_rules(Path(os.environ.get("COVERAGE_ROLES", FILE)))
st.subheader("权限")
st.write(f"按登录信息里的 {rules.claim} 一项分配。要改名单，请在服务器上改权限文件，改好即生效。")
show_table(pd.DataFrame([{"权限": TITLES[role], "名单": "、".join(getattr(rules, role)) or "无"} for role in ROLES]),
           key="roles")
st.subheader("最近出的错")
if not LAST:
    st.write("服务器启动以来没有出错。")
for fault in LAST:
    with st.expander(f"编号 {fault.number}，{fault.when}"):
        st.code(fault.trace, language=None)
