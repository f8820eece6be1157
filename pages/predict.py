"""Predict: give a picture, read what it looks like."""

from __future__ import annotations

import contextlib
import functools

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from emotion.models import Predictor
from emotion.recipes import DEFAULT_CLASSES, ModelInfo
from emotion.system import N_, EmotionError, _, ngettext
from pages.ui.predict import answers, corrections, downloads, faces, many, paste, shot, uploads, welcome
from pages.ui.predict.answers import Shown, Source
from pages.ui.shared import bars, frame, live, model_choice, own_runs, text

WORTH_A_BAR = 3  # pictures
CAMERA = "camera_way"  # key of the choice between the two
PHOTO, LIVE = "photo", "live"
WAYS = {PHOTO: N_(":material/photo_camera: Camera photo"), LIVE: N_(":material/videocam: Live camera")}


def page() -> None:
    greeting, place = st.container(), st.container()
    predictor = _model()
    if predictor is not None and not _has_something():
        with greeting:
            welcome.greet()
    with place:
        frame.heading(_(frame.FIRST), f"{_('Give it a picture of a face.')} {_promise(predictor)}", acts=False)
    if predictor is None:
        return
    many_told = st.container()
    sources = _given(predictor)
    is_away = many.put_away(sources)
    if sources:
        try:
            shown = _ask_all(sources, predictor)
        except EmotionError as error:  # not of one picture, but of them all: there is no detector here
            st.error(text.plain(str(error)), icon=":material/error:")
            return
        if len(shown) > 1:
            with many_told:
                many.tell(shown, predictor.info, is_away)
        _answers(sources, shown, predictor)
    else:
        _examples()
    corrections.panel(predictor)


def _promise(predictor: Predictor | None) -> str:
    """What the model in use says of a face."""
    if predictor is None or predictor.info.pair == DEFAULT_CLASSES:
        return _("It says whether that looks happy or sad.")
    *others, last = map(text.plain, predictor.info.classes)
    return _("It says which it looks most like: {others} or {last}.", others=", ".join(others), last=last)


def _model() -> Predictor | None:
    """The model in use, with what there is to say about it; without one, the way to one."""
    if asked := model_choice.unknown():
        why = own_runs.why_not(asked, _("The model in the address is not here (any more)."))
        st.info(text.plain(f"{why} {_('The model named in the side bar is used.')}"))
    try:
        predictor = model_choice.predictor()
    except EmotionError as error:
        st.error(text.plain(str(error)), icon=":material/error:")
        if st.button(_("Train a model"), key="to_train", type="primary"):
            st.switch_page(frame.TRAIN)
        return None
    if predictor.info.saw_only_drawn_faces:
        st.warning(_(text.DRAWN_ONLY), icon=":material/draw:")
    return predictor


def _given(predictor: Predictor) -> list[Source]:
    """All pictures that were given in whatever way, in that order."""
    with st.container(key="given"):
        uploads.show_uploads()
        sources = uploads.sources()
        paste.show_paste()
        sources += paste.sources()
    with st.container(horizontal=True, gap="medium", vertical_alignment="center"):
        way = st.segmented_control(
            _("Camera"), list(WAYS), format_func=lambda way: _(WAYS[way]), key=CAMERA, label_visibility="collapsed",
            on_change=shot.forget,
        )  # fmt: skip
        bars.offer(predictor.info)
    if way == LIVE:
        live.show_camera(predictor, predictor.info.classes if bars.wanted(predictor.info) else ())
    if way == PHOTO:
        shot.show_camera()
        sources += shot.sources()
    chosen = st.session_state.get("example")
    return sources or [source for source in faces.example_sources() if source.id == chosen]


def _has_something() -> bool:
    """Whether there will be a picture or a camera on the page; known before either is drawn."""
    given = uploads.sources() or paste.sources() or shot.sources()
    return bool(given or st.session_state.get(CAMERA) or st.session_state.get("example"))


def _examples() -> None:
    st.subheader(_("Or try one of these"), anchor=False)
    faces.examples()


def _ask_all(sources: list[Source], predictor: Predictor) -> list[Shown]:
    model = answers.version(predictor)
    new = sum(not answers.is_known(source, model) for source in sources)
    bar = st.progress(0.0, _("Looking at the pictures")) if new > WORTH_A_BAR else None
    queue = st.empty()
    shown = []
    for number, source in enumerate(sources, start=1):
        slow = answers.looking(source).small and not answers.is_known(source, model)
        with st.spinner(_("Looking for small faces")) if slow else contextlib.nullcontext():
            shown.append(answers.ask(source, predictor, model, lambda before: _tell_place(queue, before)))
        if bar:
            done = _("Looked at {done} of {all} pictures", done=number, all=len(sources))
            bar.progress(number / len(sources), done)
    if bar:
        bar.empty()
    queue.empty()
    return shown


def _tell_place(place: DeltaGenerator, before: int) -> None:
    others = ngettext("Many photos at once: {n} photo of other people first.",
                      "Many photos at once: {n} photos of other people first.", before)  # fmt: skip
    place.caption(others if before else _("Many photos at once: yours is the next."))


def _answers(sources: list[Source], shown: list[Shown], predictor: Predictor) -> None:
    index = many.open_index(sources, shown)
    if len(shown) > 1:
        many.strip(shown, index, predictor.info)
    faces.detail(sources[index], shown[index], predictor, answers.version(predictor))
    if len(shown) > 1:
        many.refused(shown)
    _downloads(sources, shown, predictor.info)
    if st.session_state.get("example"):
        st.button(_("Back to the examples"), key="forget_example", on_click=faces.forget_example, type="tertiary")


def _downloads(sources: list[Source], shown: list[Shown], info: ModelInfo) -> None:
    """The answers and the pictures to take away; the latter are made when they are asked for."""
    every = bars.wanted(info)
    with st.container(horizontal=True):
        st.download_button(
            _("Download table"), downloads.table(shown, info, every), "answers.csv", "text/csv", key="csv",
            icon=":material/download:", on_click="ignore",
        )  # fmt: skip
        st.download_button(
            _("Download JSON"), functools.partial(downloads.as_json, shown, every), "answers.json", "application/json",
            key="json", icon=":material/data_object:", on_click="ignore",
        )  # fmt: skip
        if any(one.faces for one in shown):
            st.download_button(
                _("Download marked pictures"), functools.partial(downloads.marked_pictures, sources, shown, every),
                "marked_pictures.zip", "application/zip", key="zip", icon=":material/photo_library:", on_click="ignore",
            )  # fmt: skip


frame.guard()
page()
