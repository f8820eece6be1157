"""Corrections: what the person says is wrong is kept as their own picture, shown, deleted, and learned from."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st
from PIL import Image

from emotion import images
from emotion.data import collection, listing
from emotion.images import as_batch, decode
from emotion.models import preferences
from emotion.recipes import HEAD
from emotion.runs import queue
from emotion.system import N_, EmotionError, _, language, ngettext, number, tasks
from emotion.training import start_from
from emotion.training.head import correct
from pages.ui.shared import before_after, frame, own_runs, problem, text, waiting

if TYPE_CHECKING:
    from emotion.data import Examples, Kept
    from emotion.models import Face, Predictor
    from emotion.recipes import TrainingConfig
    from pages.ui.predict.answers import Source


A_PAGE = 24  # thumbnails
EFFECT = "correction_effect"  # session state: (corrections, what they change)
CORRECTED, STARTED = "corrected", "retraining_started"  # session state: face → where it is kept; (pictures, run id)
WHAT_IS_KEPT = N_("A correction keeps the cut-out face on this computer, to learn from; you can delete it at any time.")
OPEN = "own_pictures"
ALONE = N_(
    "What this model has learned from is not on this computer. So only its last layer is trained, on your pictures "
    "alone; all before that stays as it is (frozen)."
)


def offer(source: Source, face: Face, predictor: Predictor, key: str, turn: int = 0) -> None:
    """Under one answer, sure or not: "Correct it" and a chip a class; after a click on one, what was kept, and undo.

    Args:
        source: the picture; read again only when a class was clicked, and cut at `face.box` (None: taken whole).
        face: the answer.
        predictor: the model that gave it.
        key: unique on the page, the same for this face on every rerun, such as "1" for the first face.
        turn: degrees to the right by which the picture was turned.
    """
    place, info = f"{key}_{face.box}", predictor.info
    kept = _kept_at(place)
    if kept:
        with st.container(horizontal=True, vertical_alignment="center", key=f"corrected_{key}"):
            label = kept.parent.name
            named = {"sign": text.sign(label, info.classes), "name": text.plain(label)}
            st.markdown(_("Kept as {sign} **{name}** in your pictures below.", **named))
            st.button(_("Undo"), key=f"undo_{key}", type="tertiary", on_click=_undo, args=(place,))
        _effect(predictor, face, kept, place, key)
        return
    _prepare(predictor)
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall", key=f"correct_{key}"):
        st.markdown(_("Correct it:"), width="content")
        for label in sorted(info.classes, key=lambda name: name != info.positive):
            title = text.titled(label, info.classes)
            st.button(title, key=f"{text.key(label)}_{key}", on_click=_keep, args=(source, face, label, place, turn))


def _name_of(predictor: Predictor) -> str:
    return f"correction {predictor.reference} {preferences.changed(predictor.path)}"


def _prepare(predictor: Predictor) -> None:
    """Works out beforehand what a correction is measured by, so that its effect is there at once."""
    name, changed = _name_of(predictor), preferences.changed(predictor.path)
    if tasks.find(name) is None and predictor.reference:
        tasks.start(name, lambda tell: correct.ground(predictor.reference, changed))


def _effect(predictor: Predictor, face: Face, kept: Path, place: str, key: str) -> None:
    """What the model would be with all corrections: of this face, and of the test; and keeping it, on a click."""
    _prepare(predictor)
    if waiting.show_work(tasks.find(_name_of(predictor))):
        return
    try:
        found = correct.ground(predictor.reference, preferences.changed(predictor.path))
        own = collection.examples(predictor.info.classes)
        if found is None or not len(own.labels):
            return
        result = _learned(found, own)
    except EmotionError:  # told above already
        return
    label = kept.parent.name
    after = result.predictor.predict_classes(as_batch(face.seen[np.newaxis]))[0]
    was, now = (float(each[predictor.info.classes.index(label)]) for each in (list(face.probabilities.values()), after))
    title = text.titled(label, predictor.info.classes)
    st.markdown(ngettext(
        "With your {n} correction, this face: {name} {before} → **{after}**. The test faces:",
        "With your {n} corrections, this face: {name} {before} → **{after}**. The test faces:",
        len(own.labels), name=title, before=text.sureness(was), after=text.sureness(now),
    ))  # fmt: skip
    st.html(before_after.sides(result.test))
    if result.costs_too_much:
        lost = text.percent(-result.test.difference, 1)
        st.warning(_("It would lose {share} of the test faces, more than half a point. Better not keep it: undo this "
                     "correction, or keep it for a later training.", share=lost),
                   icon=":material/balance:")  # fmt: skip
    else:
        st.caption(text.plain(result.test.said()))
    with st.container(horizontal=True):
        if result.costs_too_much:
            st.button(_("Do not keep it"), key=f"leave_{key}", type="primary", on_click=_undo, args=(place,))
        title = _("Keep it all the same") if result.costs_too_much else _("Keep the corrected model")
        if st.button(title, key=f"keep_{key}", type="secondary" if result.costs_too_much else "primary"):
            _start(start_from.correcting(predictor, found.data, _name()))


def _learned(found: correct.Ground, own: Examples) -> correct.Effect:
    """The effect of these corrections, worked out once for this session."""
    key = (found.base.reference, found.base.path.stat().st_mtime_ns, own.fingerprint)
    before, result = st.session_state.get(EFFECT, (None, None))
    if before != key or result is None:
        result = correct.effect(found, own)
        st.session_state[EFFECT] = (key, result)
    return result


def panel(predictor: Predictor) -> None:
    """The person's own pictures: counts, thumbnails, delete, retrain. Call it once, last on the Predict page.

    Draws nothing while no picture is kept.
    """
    counts = collection.counts()
    if not counts:
        return
    # The title never changes: Streamlit would close what is open.
    box = st.expander(_("Your pictures"), icon=":material/photo_album:", key=OPEN, on_change="rerun")
    if box.open:
        with box:
            among = predictor.info.classes
            parts = ", ".join(f"{text.sign(name, among)} {number(n)} {text.plain(name)}" for name, n in counts.items())
            st.markdown(_("**Kept on this computer: {faces}**", faces=parts))
            _retrain(predictor)
            _thumbnails(collection.listing(), among)
            _delete_all(sum(counts.values()))


def _kept_at(place: str) -> Path | None:
    """Where a corrected face is kept; None where it was not corrected, or has been deleted since."""
    path: Path | None = st.session_state.get(CORRECTED, {}).get(place)
    return path if path and path.is_file() else None


def _keep(source: Source, face: Face, label: str, place: str, turn: int) -> None:
    try:
        path = collection.keep(_cut_out(source, face, turn), label)
    except EmotionError as error:
        st.toast(_("It could not be kept: {why}", why=text.plain(str(error))), icon=":material/error:", duration="long")
        return
    st.session_state.setdefault(CORRECTED, {})[place] = path
    titled = text.titled(label, tuple(face.probabilities))
    st.toast(_("Kept as {name}: only the cut-out face, on this computer.", name=titled))


def _cut_out(source: Source, face: Face, turn: int) -> Image.Image:
    """The face as the network was given it; a small one from the picture at its full size."""
    if face.box is None:
        picture = decode.open_picture(source.read(), max_side=images.WORKING_SIDE, name=source.name)
        return picture.turned(turn).rgb
    picture = decode.open_picture(source.read(), name=source.name).turned(turn)
    left, top, right, bottom = (edge / picture.scale for edge in face.box)
    return images.crop_face(picture.rgb, (left, top, right, bottom))


@problem.told
def _undo(place: str) -> None:
    path = st.session_state.get(CORRECTED, {}).pop(place, None)
    if path:
        collection.remove(path.stem)


def _retrain(predictor: Predictor) -> None:
    """The button that goes on from the model in use, with what will be done, or why it cannot be."""
    config, reason = _plan(
        predictor.reference,
        predictor.path.stat().st_mtime_ns,
        collection.fingerprint(predictor.info.classes),
        language(),
    )
    pressed = st.button(
        _("Retrain with my pictures"), key="retrain", icon=":material/model_training:", disabled=config is None
    )
    st.caption(text.plain(reason))
    if pressed and config is not None:
        _start(config)


@st.cache_data(ttl=30, max_entries=8, show_spinner=False, hash_funcs=text.NAMES)
def _plan(reference: str, changed: int, pictures: str, reader: str) -> tuple[TrainingConfig | None, str]:
    """The run that would be started and what it does in a sentence; without one, why not.

    Looking for the old data means counting its files: this is remembered as long as model and pictures stay, for each
    language (`reader`).
    """
    try:
        config = start_from.plan(reference)
    except EmotionError as error:
        return None, str(error)
    if config.freeze:
        return config, _(ALONE)
    return config, _(
        "It goes on from the model in use, on what that has learned from, {name}, and on your "
        "pictures, each counted ten times. Afterwards you see before and after, and choose which model to keep.",
        name=listing.title(config.data),
    )


def _start(config: TrainingConfig) -> None:
    """Starts the run, once however often it was clicked, and goes to it."""
    pictures = f"{config.recipe} {config.start_from} {collection.fingerprint(config.classes)}"
    before, run_id = st.session_state.get(STARTED, ("", ""))
    run = own_runs.find(run_id) if before == pictures else None
    if run is None or run.status.has_ended:
        try:
            head = config.recipe == HEAD.name
            run = queue.start(config if head else start_from.plan(config.start_from, name=_name()))
        except EmotionError as error:  # the pictures have changed since the page was drawn
            st.error(text.plain(str(error)), icon=":material/error:")
            return
        st.session_state[STARTED] = (pictures, run.id)
    st.switch_page(frame.TRAIN, query_params={"run": run.id})


def _name() -> str:
    pictures = sum(collection.counts().values())
    return ngettext("with {n} picture of mine", "with {n} pictures of mine", pictures)


def _thumbnails(kept: list[Kept], among: tuple[str, ...]) -> None:
    """The pictures, newest first, each with its label and a way to delete it."""
    pages = -(-len(kept) // A_PAGE)
    first = (min(st.session_state.get("own_page", 1), pages) - 1) * A_PAGE
    grid = st.grid("auto", min_column_width=84, gap="small", key="own_grid")
    for place, one in enumerate(kept[first : first + A_PAGE], start=first + 1):
        with grid.cell(), st.container(key=f"own_{one.id}", gap=None):
            with contextlib.suppress(OSError):  # deleted in another window in this moment
                st.image(
                    one.path.read_bytes(),
                    width="stretch",
                    alt=_("Your picture {number}: {name}", number=place, name=text.whole(one.label)),
                )
            st.html(f'<span class="{text.colour_class(one.label, among)}">{text.marked(one.label, among)}</span>')
            st.button(
                _("Delete {number}", number=place),
                key=f"delete_{one.id}",
                type="tertiary",
                on_click=problem.told(collection.remove),
                args=(one.id,),
            )
    if pages > 1:
        st.pagination(pages, key="own_page")


def _delete_all(pictures: int) -> None:
    with st.popover(_("Delete all"), icon=":material/delete:", key="delete_all"):
        st.markdown(ngettext(
            "{n} picture will be deleted for good. Models that have learned from them stay.",
            "{n} pictures will be deleted for good. Models that have learned from them stay.", pictures,
        ))  # fmt: skip
        st.button(_("Yes, delete all"), key="delete_all_yes", type="primary", on_click=_remove_all, args=(pictures,))


@problem.told
def _remove_all(pictures: int) -> None:
    collection.remove_all()
    st.session_state.pop(CORRECTED, None)
    st.toast(ngettext("Deleted: {n} picture.", "Deleted: {n} pictures.", pictures))
