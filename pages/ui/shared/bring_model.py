"""Bringing a model in: a zip that was taken along, or a model that was made elsewhere, with what has to be said of it.

The import is a task in a process of its own, so that the page can be left.
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

import streamlit as st

from emotion.system import N_, EmotionError, _, disk, tasks
from pages.ui.shared import frame, own_runs, text, waiting

if TYPE_CHECKING:
    from pathlib import Path

    from streamlit.runtime.uploaded_file_manager import UploadedFile

TASK = "model_brought_in"  # in the session: the name of its task
KINDS = ["zip", "tflite", "lite", "keras", "h5", "hdf5", "onnx", "txt", "json"]
LABELS = (".txt", ".json")
RANGES = {
    N_("as the file says"): (),
    N_("0 to 1"): ("0", "1"),
    N_("-1 to 1"): ("-1", "1"),
    N_("0 to 255"): ("0", "255"),
}
LOOKS = {N_("as usual"): "", N_("faces, cut out"): "face", N_("whole pictures"): "picture"}
ABOUT = N_(
    "A zip made by Take it with you; or a model made elsewhere: a .tflite, .keras or .h5 image classifier with its "
    "labels.txt, or the zip that Teachable Machine exports. It becomes a run like the others."
)


def show_bring_in() -> None:
    """The form, and how an import goes."""
    name = st.session_state.get(TASK, "")
    task = tasks.find(name) if name else None
    with st.expander(_("Bring a model in"), expanded=task is not None, key="bring_in"):
        st.caption(_(ABOUT))
        if name and not waiting.show_work(task, "" if task is None or task.ended else _("Bringing it in")):
            _ended(task)
        given = st.file_uploader(_("Model, and labels.txt"), type=KINDS, key="bundle", accept_multiple_files=True)
        models = [file for file in given if not file.name.lower().endswith(LABELS)]
        words: list[str] = []
        names = ""
        if models and not models[0].name.lower().endswith(".zip"):
            names, words = _said(len(given) > len(models))
        elif models:
            with st.expander(_("It was made elsewhere, and does not say all of itself"), key="bring_in_more"):
                names, words = _said(len(given) > len(models))
        if st.button(_("Bring it in"), key="bring_in_now", type="primary", disabled=len(models) != 1):
            try:
                _start(models[0], [file for file in given if file not in models], names, words)
            except EmotionError as error:
                st.error(text.plain(str(error)), icon=":material/error:")
        if len(models) > 1:
            st.caption(_("One model at a time."))


def _said(with_labels: bool) -> tuple[str, list[str]]:
    """What a person says of a model: its class names, and the words of the command."""
    names = "" if with_labels else st.text_area(
        _("Class names, one a line, in the order of its answers"), key="bring_in_names", height=100,
        help=_("Needed where there is no labels.txt."),
    )  # fmt: skip
    left, right = st.columns(2)
    values = left.selectbox(
        _("Values of a pixel"), list(RANGES), format_func=_, key="bring_in_range",
        help=_("What it takes for black and white. Known of Teachable Machine's models and of those in 8 bits."),
    )  # fmt: skip
    looks = right.selectbox(
        _("It looks at"), list(LOOKS), format_func=_, key="bring_in_looks",
        help=_("What it was taught with. Usual are whole pictures for Teachable Machine's models, else faces."),
    )  # fmt: skip
    words = ["--range", *RANGES[values]] if RANGES[values] else []
    return names, [*words, *([f"--looks-at={LOOKS[looks]}"] if LOOKS[looks] else [])]


def _start(model: UploadedFile, labels: list[UploadedFile], names: str, words: list[str]) -> None:
    task = f"model-{secrets.token_hex(4)}"
    folder = tasks.given(task)
    try:
        with disk.writing(folder):
            path = _written(folder, model.name, model.getvalue())
            if labels or names.strip():
                told = labels[0].getvalue() if labels else names.encode()
                words = [*words, f"--labels={_written(folder, labels[0].name if labels else 'class_names', told)}"]
    except EmotionError:
        tasks.forget(task)  # what is half written holds the very space that is missing
        raise
    tasks.start(task, ["import", *words, "--", str(path)], model.name)
    st.session_state[TASK] = task
    st.rerun()


def _written(folder: Path, name: str, content: bytes) -> Path:
    """An upload as a file; its name is only ever the last part of one."""
    safe = "".join(letter if letter.isalnum() or letter in "-_. " else "_" for letter in name).strip(". ")[-80:]
    path = folder / (safe or "model")
    path.write_bytes(content)
    return path


def _ended(task: tasks.Task | None) -> None:
    run = own_runs.find(task.result) if task is not None and task.result else None
    if run is None:
        return
    st.success(
        text.plain(_("{name} is here, and is used like any other model.", name=run.title)), icon=":material/check:"
    )
    with st.container(horizontal=True):
        if st.button(_("Try it on a photo"), key="brought_to_predict", type="primary"):
            st.switch_page(frame.PREDICT, query_params={"model": run.id})
        if st.button(_("Evaluate"), key="brought_to_evaluate"):
            st.switch_page(frame.EVALUATE, query_params={"run": run.id})
