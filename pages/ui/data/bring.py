"""Bringing data in: from a folder, a zip or a csv file, from Kaggle; or the way to make it on the spot."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from emotion.data import registry
from emotion.data.bring import add, code_pages, fer_csv, import_jobs, kaggle
from emotion.data.bring.layout import Options
from emotion.data.bring.tables.labels import Asked
from emotion.system import N_, EmotionError, _
from pages.ui.data import jobs
from pages.ui.shared import frame, text

UPLOAD, PATH, KAGGLE, MAKE = "upload", "path", "kaggle", "make"
WAYS = {
    UPLOAD: N_("Upload a file"),
    PATH: N_("Use a folder"),
    KAGGLE: N_("Get FER-2013"),
    MAKE: N_("Make it here"),
}
TURN = "bring_turn"  # session state
TEST_WORDS = {
    fer_csv.PUBLIC: N_("public (as in most copies)"),
    fer_csv.PRIVATE: N_("private"),
    fer_csv.BOTH: N_("both together"),
}
LAYOUT = N_(
    "Expected inside: train/ and test/ with one folder a class, such as happy/ and sad/; or the class folders alone, "
    "or pictures and a table of their labels: then a part of each class is set aside for the test, twins on one side, "
    "and no file is changed."
)


def show_ways() -> None:
    """Draws the ways to bring data in, and the one that is chosen."""
    way = st.segmented_control(
        _("From where"),
        list(WAYS),
        default=UPLOAD,
        key="bring_way",
        required=True,
        format_func=lambda word: _(WAYS[word]),
        label_visibility="collapsed",
        persist_state="session",
    )
    {UPLOAD: _upload, PATH: _path, KAGGLE: _kaggle, MAKE: _make}[way or UPLOAD]()


def _name(suggested: str, key: str) -> str:
    return st.text_input(_("Name of the data set"), key=key, placeholder=suggested, max_chars=60).strip() or suggested


def _options(key: str) -> Options:
    """What rarely has to be changed."""
    with st.expander(_("More settings")):
        left, right = st.columns(2)
        share = left.slider(_("Set aside for the test"), 5, 50, 20, format="%d %%", key=f"{key}_share",
                            help=_("Only where there is no train/ and test/ yet: the share of each class."),
                            )  # fmt: skip
        seed = right.number_input(_("Seed"), 0, 2**31 - 1, 0, key=f"{key}_seed",
                                  help=_("The same seed sets the same pictures aside again."))  # fmt: skip
        test = left.selectbox(_("Test part of fer2013.csv"), list(TEST_WORDS), key=f"{key}_test",
                              format_func=lambda word: _(TEST_WORDS[word]), filter_mode=None)  # fmt: skip
        pages = {"": _("find out"), **code_pages.CODE_PAGES}
        page = right.selectbox(_("Names in an old zip"), list(pages), key=f"{key}_page",
                               format_func=lambda word: _(pages[word]), filter_mode=None,
                               help=_("Old zips do not say in which letters their names are written."))  # fmt: skip
        asked, leave_out = _labels(key)
    return Options(share=share / 100, seed=int(seed), test=test, code_page=page, labels=asked, leave_out=leave_out)


def _labels(key: str) -> tuple[Asked, tuple[str, ...]]:
    """Where the labels are when not in folders, and which classes are not wanted."""
    st.caption(_("Labels in a table or in file names are found where the folders say no classes, or as you say here."))
    fields = (
        (_("Table"), _("such as {example}", example="legend.csv")),
        (_("Its column of files"), _("find out")),
        (_("Its column of labels"), _("find out")),
        (_("Pattern of file names"), _("such as {example}", example="*.{label}*.*")),
    )
    said = [
        column.text_input(title, key=f"{key}_labels_{place}", placeholder=empty).strip()
        for place, (column, (title, empty)) in enumerate(zip(st.columns(4), fields, strict=True))
    ]
    unwanted = st.text_input(_("Classes to leave out, with ; between them"), key=f"{key}_leave", placeholder=_("none"))
    return Asked(*said), tuple(name.strip() for name in unwanted.split(";") if name.strip())


def _upload() -> None:
    turn = st.session_state.setdefault(
        TURN, 0
    )  # an empty place for the next one; the zip takes memory while it lies here
    label = _("A zip or tar with pictures, such as archive.zip, or fer2013.csv")
    sent = st.file_uploader(label, key=f"bring_zip_{turn}")
    st.caption(_(LAYOUT))
    wanted = add.suggest_name(sent.name.rsplit(".", 1)[0]) if sent else _("its file name")
    name, options = _name(wanted, "bring_zip_name"), _options("bring_zip")
    if st.button(_("Bring it in"), key="bring_zip_go", type="primary", disabled=sent is None) and sent:
        st.session_state[TURN] = turn + 1
        _start(lambda: import_jobs.add(sent, name, sent.name, options))


def _path() -> None:
    path = st.text_input(_("A folder, a zip or tar, or fer2013.csv on this computer"), key="bring_path",
                         placeholder=_("~/Pictures/faces")).strip()  # fmt: skip
    st.caption(f"{_('A folder stays where and as it is.')} {_(LAYOUT)}")
    name = st.text_input(_("Name of the data set"), key="bring_path_name",
                         placeholder=_("as the folder or file is called"), max_chars=60).strip()  # fmt: skip
    options = _options("bring_path")
    if st.button(_("Bring it in"), key="bring_path_go", type="primary", disabled=not path):
        _start(lambda: import_jobs.add(path, name, path, options))


def _kaggle() -> None:
    st.markdown(_("**FER-2013**, {n} faces of 7 emotions, from [Kaggle]({address}).", n=35887, address=kaggle.ADDRESS))
    st.caption(text.plain(_(kaggle.TERMS)))
    if not kaggle.is_installed():
        st.info(_("The download needs the package kagglehub, which is not installed. Install it with "
                  "`pip install kagglehub` and restart, or download the zip in the browser from the address above and "
                  "upload it here."), icon=":material/download:")  # fmt: skip
        return
    agreed = st.checkbox(_("I have read this"), key="bring_kaggle_agreed")
    name = _name(registry.free_name(kaggle.NAME), "bring_kaggle_name")
    if st.button(_("Get FER-2013"), key="bring_kaggle_go", type="primary", disabled=not agreed):
        _start(lambda: import_jobs.get_fer2013(name))


def _make() -> None:
    st.markdown(
        _("Drop pictures or take them with the camera on the page **Teach**: it learns from them while you watch, and "
          "they become a data set that you find here too.")
    )  # fmt: skip
    if st.button(_("Go to Teach"), key="to_teach", type="primary"):
        st.switch_page(frame.TEACH, query_params={"set": "new/"})


def _start(begin: Callable[[], str]) -> None:
    try:
        jobs.await_import(begin())
    except EmotionError as error:
        st.error(text.plain(str(error)), icon=":material/error:")
        return
    st.rerun()
