"""One picture, its faces and their answers, and the example pictures."""

from __future__ import annotations

import functools
import io
from typing import TYPE_CHECKING

import streamlit as st

from emotion.data.drawn import write
from emotion.images import SMALL_FACES_ABOVE
from emotion.system import _, retold
from pages.ui.predict import answers, box, corrections, why
from pages.ui.predict.answers import Source
from pages.ui.shared import bars, text
from pages.ui.shared.face_html import answer_html

if TYPE_CHECKING:
    from emotion.models import Face, Predictor
    from emotion.recipes import ModelInfo
    from pages.ui.predict.answers import Shown


EXAMPLES = ((1, True), (2, False), (3, True))  # seed and happy: of `demo_faces.draw_portrait`


def detail(source: Source, shown: Shown, predictor: Predictor, model: str) -> None:
    """One picture, large, and beside it a row for each of its faces. `model` is the predictor's `answers.version`."""
    left, right = st.columns(2, gap="medium")
    with left:
        if shown.error is None:
            _photo(source, shown, predictor.info, model)
        else:
            _name(shown)
    with right:
        if shown.error is not None:
            _refusal(retold(shown.error))
            return
        for number, face in enumerate(shown.faces, start=1):
            answer_row(face, predictor.info, number if len(shown.faces) > 1 else None, shown.warnings[number - 1])
            if bars.wanted(predictor.info):
                st.html(bars.html(face))
            why.offer(source, shown, number, predictor, model)
            corrections.offer(source, face, predictor, f"{source.id}_{number}", shown.turn)
        if shown.note:
            st.text(retold(shown.note))
        if shown.faces:
            said = [_(text.NOT_FEELINGS)]
            said += [bars.how_to_read(predictor.info)] if bars.wanted(predictor.info) else []
            st.caption(" ".join([*said, _(corrections.WHAT_IS_KEPT)]))
        elif not box.is_open(source):
            with st.container(horizontal=True):
                _other_ways(source, predictor.info)


def _photo(source: Source, shown: Shown, info: ModelInfo, model: str) -> None:
    """The picture with its faces marked, or to draw a box in, and below it how else it could be looked at."""
    if box.is_open(source):
        box.show_box(source, answers.preview(source, shown, model, marked=False), shown.size, shown.turn)
        _name(shown)
        return
    with st.container(key="photo"):
        every = bars.wanted(info)
        st.image(answers.preview(source, shown, model, all_classes=every), width="stretch", alt=_spoken(shown, every))
        _name(shown)
    looked = answers.looking(source)
    with st.container(horizontal=True, vertical_alignment="center"):
        if max(shown.size) > SMALL_FACES_ABOVE and not (looked.whole or looked.box or info.saw_only_drawn_faces):
            st.toggle(
                _("Look for small faces"),
                looked.small,
                key=f"small_{source.id}",
                help=_("Looks at the picture in full size, in parts. Takes some seconds."),
                on_change=answers.look,
                args=(source,),
                kwargs={"small": not looked.small},
            )
        _turn_it(source, shown)
        if shown.faces:
            with st.popover(_("More"), type="tertiary"):
                _other_ways(source, info)


def _name(shown: Shown) -> None:
    with st.container(key="name"):
        st.text(shown.name)


def _turn_it(source: Source, shown: Shown) -> None:
    """By a quarter to the right at each click, from how the picture stands now; a box that was drawn is lost."""
    st.button(
        _("Turn"),
        key="turn_it",
        type="tertiary",
        icon=":material/rotate_right:",
        help=_("Turns the picture to the right by a quarter and asks again."),
        on_click=answers.look,
        args=(source,),
        kwargs={"turn": (shown.turn + 90) % 360, "box": None},
    )


def _other_ways(source: Source, info: ModelInfo) -> None:
    """For a picture in which no face was found, or a wrong one."""
    looked = answers.looking(source)
    if not looked.whole and not info.saw_only_drawn_faces:
        st.button(
            _("Use the whole picture"),
            key="use_whole",
            on_click=answers.look,
            args=(source,),
            kwargs={"whole": True, "box": None},
        )
    st.button(_("Draw the box"), key="draw_box", on_click=box.begin, args=(source,))
    if (looked.whole or looked.box) and not source.whole:
        st.button(
            _("Look for faces"),
            key="look_for_faces",
            on_click=answers.look,
            args=(source,),
            kwargs={"whole": False, "box": None},
        )


def _spoken(shown: Shown, all_classes: bool) -> str:
    marks = enumerate(shown.marks(all_classes), start=1)
    found = ", ".join(_("face {number} {answer}", number=number, answer=text.mark(mark)) for number, mark in marks)
    return _("Your picture: {faces}", faces=found or _("no face found"))


def answer_row(face: Face, info: ModelInfo, number: int | None, warnings: tuple[str, ...] = ()) -> None:
    """The word, the percentage and its bar, beside the 48×48 pixels that the network saw; below, what to mind."""
    mind = (
        f'<p class="quiet">\N{WARNING SIGN}\ufe0e {text.markup(" ".join(map(retold, warnings)))}</p>'
        if warnings
        else ""
    )
    with st.container(horizontal=True, vertical_alignment="center", wrap=False, key=f"seen_{number or 0}"):
        coloured = _("The {side} by {side} pixels that the network saw", side=len(face.seen))
        grey = _("The {side} by {side} grey pixels that the network saw", side=len(face.seen))
        st.image(face.seen, width=96, alt=coloured if face.seen.ndim == 3 else grey)
        st.html(answer_html(face.headline(bars.wanted(info)), number) + mind, width="stretch")


def _refusal(sentence: str) -> None:
    with st.container(border=True, key="refusal"):
        st.text(f"✕ {sentence}")


def example_sources() -> list[Source]:
    return [
        Source(
            f"example-{seed}",
            _("drawn face {number}", number=number),
            functools.partial(portrait, seed, happy),
            whole=True,
        )
        for number, (seed, happy) in enumerate(EXAMPLES, start=1)
    ]


def examples() -> None:
    """Pictures to click on before there are any of the person's own."""
    grid = st.grid(len(EXAMPLES), min_column_width=90, key="examples")
    for source in example_sources():
        with grid.cell(), st.container(key=f"thumb_{source.id}"):
            st.image(source.read(), width="stretch", alt=_("Example: a {name}", name=source.name))
            st.button(_("Try it"), key=source.id, on_click=_use_example, args=(source.id,))


def forget_example() -> None:
    st.session_state.pop("example", None)


def _use_example(source_id: str) -> None:
    st.session_state["example"] = source_id


@st.cache_data(show_spinner=False)
def portrait(seed: int, happy: bool) -> bytes:
    """A large drawn face as a PNG."""
    buffer = io.BytesIO()
    write.draw_portrait(seed, happy).save(buffer, "PNG")
    return buffer.getvalue()
