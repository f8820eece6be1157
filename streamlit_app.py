"""The app's entry: page settings, page table, the foot of the sidebar. Start it with `make app`."""

from __future__ import annotations

import streamlit as st

from emotion import jobs
from pages.ui import frame, model_choice, run_chip

st.set_page_config(page_title="Happy or sad?", page_icon=str(frame.ICON), layout="wide")
page = frame.navigate()
frame.dress()
with st.sidebar:
    run_chip.show()
    model_choice.show()
page.run()
jobs.start_orphans()
jobs.warm_up()
