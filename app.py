"""The dashboard's frame: `streamlit run app.py`, or better `python -m vaeviz serve`."""

from __future__ import annotations

import streamlit as st

from vaeviz.ui import frame, jobs
from vaeviz.ui.errors import shown_errors

st.set_page_config(page_title="VAEviz", layout="wide", initial_sidebar_state="expanded")
frame.refuse_open_address()
page = frame.navigation()
with shown_errors():
    jobs.adopt_finished()
slot = frame.sidebar()
frame.show_notices()
with shown_errors():
    page.run()
frame.fill_status(slot)
