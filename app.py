"""The dashboard's frame: `streamlit run app.py`, or better `python -m vaeviz serve`."""

from __future__ import annotations

import streamlit as st

from vaeviz.data.assets import ASSETS
from vaeviz.ui import frame, jobs, navigation, tour
from vaeviz.ui.errors import shown_errors

# An icon of our own: Streamlit would fetch a page's symbol from a third party for the browser tab.
st.set_page_config(
    page_title="VAEviz",
    page_icon=str(ASSETS / "icon.svg"),
    layout="wide",
    initial_sidebar_state="expanded",
)
st.logo(str(ASSETS / "logo.svg"), size="large", icon_image=str(ASSETS / "icon.svg"))
frame.style()
frame.refuse_open_address()
page = navigation.navigation()
with shown_errors():
    jobs.adopt_finished()
tour.resume()
slot = frame.sidebar()
frame.show_notices()
with st.container(), shown_errors():  # always there: nothing below it moves when it fills
    tour.card(navigation.stem(page))
with navigation.framed(), shown_errors():
    page.run()
frame.fill_status(slot)
