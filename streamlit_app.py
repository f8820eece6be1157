"""The app's entry: page settings, page table, the foot of the sidebar. Start it with `make app`.

Streamlit reads this file twice. Its server imports it for `app`, and then runs it as a script for every page.
"""

from __future__ import annotations

import streamlit as st

if __name__ == "__main__":
    from emotion.runs import queue
    from emotion.system import _
    from pages.ui.shared import frame, login, model_choice, problem, run_chip, spoken

    spoken.settle()
    login.show_login()
    page = frame.navigate()
    # After the navigation, whose own title and icon for the tab it replaces.
    st.set_page_config(page_title=f"{page.title} · {_(frame.NAME)}", page_icon=str(frame.ICON), layout="wide")
    frame.dress(page)
    with st.sidebar:
        run_chip.show_chip()
        model_choice.show_choice()
        spoken.show_choice()
    problem.show_problem()
    with problem.telling():
        page.run()
    with problem.telling():
        queue.start_orphans()
        queue.warm_up()
else:
    from starlette.middleware import Middleware

    from emotion.system import processes
    from pages.ui.shared import housekeeping, other_sites, shell

    processes.take_one_heap()  # for threads from now on, where `emotion app` has not asked for it before
    middleware = [Middleware(other_sites.KeepOut), Middleware(shell.Dress)]
    app = st.App(__file__, lifespan=housekeeping.lifespan, middleware=middleware)
