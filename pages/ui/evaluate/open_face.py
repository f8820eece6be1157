"""The face that is open beside the gallery: its facts, why it was answered so, its neighbours in train, its label."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import streamlit as st
from PIL import Image

from emotion.data import CONFIRM, EXCLUDE, RELABEL, Change
from emotion.models import Headline, answers, explain
from emotion.system import N_, EmotionError, _, language, ngettext, tasks
from pages.ui.evaluate import insight, results, weak_spots
from pages.ui.evaluate.filters import FACE
from pages.ui.shared import decisions, montage, pick, problem, text, waiting
from pages.ui.shared.face_html import WHAT_IT_SHOWS, answer_html, strip_html, variants_html

if TYPE_CHECKING:
    from emotion.data import Examples
    from pages.ui.evaluate.results import Result


SMOOTH = "evaluate_smooth"  # whether the open face is enlarged smoothly or in pixels
REASON = N_("seen on the page Evaluate")


def show_open_face(result: Result) -> None:
    """The face that was chosen, large, or how to choose one."""
    index = results.index_of(result, st.session_state[FACE.key])
    if index is None:
        st.html(montage.hint())
        decisions.done()
        return
    smooth = st.session_state.get(SMOOTH, False)
    with st.container(key="face_picture"), st.container(key="face_smooth" if smooth else "face_crisp"):
        alt = _("The face in {file}, enlarged", file=text.plain(result.examples.files[index]))
        st.image(result.examples.images[index], width="stretch", alt=alt)
    with st.container(key="face_text"):
        _facts(result, index)
    with st.container(key="face_more"):
        _why(result, index)
        _neighbours(result, index)
        _label(result, index)


def _facts(result: Result, index: int) -> None:
    truth = results.truth(result, index)
    verdict = _("✕ a mistake") if results.is_mistake(result, index) else _("✓ right")
    answer, unsure = results.answer(result, index), bool(result.unsure[index])
    st.html(answer_html(Headline(answer, unsure, results.share(result, index), result.model.info.classes)))
    st.html(
        f'<dl class="face-facts"><dt>{_("truth")}</dt>'
        f"<dd>{text.marked(truth, result.model.info.classes)}, {verdict}</dd>"
        f"<dt>{_('file')}</dt><dd>{text.markup(result.examples.files[index])}</dd></dl>"
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        st.toggle(_("Smooth"), key=SMOOTH, persist_state="session")
        st.button(_("Close"), key="close_face", type="tertiary", on_click=FACE.set, args=("",))


def _why(result: Result, index: int) -> None:
    panel = st.expander(_("Why?"), key="face_why", on_change="rerun", type="compact")
    if panel.open:
        with panel:
            st.html(_told(result.token, index, language(), result))
            st.caption(_(WHAT_IT_SHOWS))


@st.cache_data(max_entries=64, show_spinner=False)
def _told(token: str, index: int, spoken: str, _result: Result) -> str:
    seen, asked = _result.examples.images[index], _result.info
    whole = _result.model.predict_classes((seen / np.float32(255)).reshape(1, *seen.shape, 1).astype(np.float32))
    probability, label, unsure = answers.judge(whole, _result.model.info, asked)[0]
    face = answers.Face(None, probability, label, unsure, seen, answers.by_name(whole, _result.model.info)[0])
    found = explain.why(_result.model, face, Image.fromarray(seen).convert("RGB"), asked=asked)
    return strip_html(found.steps) + variants_html(found.variants, found.spread, asked)


def _neighbours(result: Result, index: int) -> None:
    """The faces of train that look most like it to the network; asking about all of train takes a while, once."""
    panel = st.expander(_("Its neighbours in train"), key="face_neighbours", on_change="rerun", type="compact")
    if not panel.open:
        return
    with panel:
        try:
            train = insight.train_faces(result)
        except EmotionError as error:
            st.caption(text.plain(str(error)))
            return
        name = f"neighbours-{result.base}"
        task = tasks.find(name)
        if insight.knows_train(result, train):
            pick.show_markup("neighbours", _neighbour_faces(result.base, index, result), _("Its neighbours in train"))
            st.caption(_("The training faces that look most like it to the network, the nearest first. Where their "
                         "labels speak against its own, the label may be wrong."))  # fmt: skip
        elif not waiting.show_work(task):
            st.caption(
                ngettext(
                    "The network is asked about {n} training face, once.",
                    "The network is asked about {n} training faces, once.",
                    len(train.labels),
                )
            )
            st.button(_("Look for them"), key="look_for_neighbours", on_click=_ask, args=(name, result, train, index))


@problem.told
def _ask(name: str, result: Result, train: Examples, index: int) -> None:
    tasks.start(
        name,
        lambda tell: insight.neighbours(
            result, train, index, lambda done, total: tell(N_("asking the network"), done, total)
        ),
    )


@st.cache_data(max_entries=64, show_spinner=False)
def _neighbour_faces(token: str, index: int, _result: Result) -> str:
    train, known = insight.train_faces(_result), _result.model.info.classes
    found = insight.neighbours(_result, train, index)
    shown = "".join(
        f'<li><img src="{weak_spots.picture(train.images[place])}" alt="">{text.marked(name, known)}</li>'
        for place in found.places[0].tolist()
        if train.files[place] != _result.examples.files[index]  # of held-out training faces each is its own nearest
        and (name := train.classes[train.labels[place]])
    )
    return f'<ul class="faces">{shown}</ul>'


def _label(result: Result, index: int) -> None:
    """What can be done about a label: no picture file is touched, and each decision can be undone on Data."""
    file, truth = result.examples.files[index], results.truth(result, index)
    panel = st.expander(_("Is its label right?"), key="face_label", type="compact")
    with panel:
        others = [name for name in result.info.classes if name != truth]
        for name in others:
            st.button(_("It is {name}", name=text.plain(name)), key=f"relabel_{text.key(name)}",
                      on_click=decisions.decide,
                      args=(result.root, (Change(RELABEL, (file,), name),), REASON))  # fmt: skip
        st.button(_("{name} is right", name=text.plain(truth.capitalize())), key="label_right",
                  on_click=decisions.decide, args=(result.root, (Change(CONFIRM, (file,)),), REASON))  # fmt: skip
        st.button(_("Leave it out"), key="label_out", on_click=decisions.decide,
                  args=(result.root, (Change(EXCLUDE, (file,)),), REASON))  # fmt: skip
        decisions.done()
