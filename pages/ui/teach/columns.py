"""The classes side by side: a name, a place to drop pictures, a camera, and the faces so far."""

from __future__ import annotations

import base64
import functools
import io
from pathlib import Path
from typing import TYPE_CHECKING, Any

import streamlit as st

from emotion.data import made_here
from emotion.images import NoFaceError, PictureError, memory, open_picture
from emotion.system import EmotionError, _, ngettext
from pages.ui.shared import pick, text
from pages.ui.teach import hold, opened

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from emotion.data import DataSet


SHOWN = 15  # faces of a class, the newest; more on request
THUMBNAIL = 64  # pixels
WORTH_A_BAR = 3  # pictures
FACELESS, REFUSED, REMOVED, TURN = "teach_faceless", "teach_refused", "teach_removed", "teach_turn"  # session state


def show_classes(record: DataSet | None) -> None:
    """Draws the classes. Pictures are kept as soon as they are given, and the page is drawn anew with them."""
    names = opened.names(record)
    grid = st.grid("auto", min_column_width=250, gap="medium", key="teach_classes")
    for place, name in enumerate(names):
        with grid.cell(), st.container(border=True, key=f"teach_class_{place}"):
            _column(record, place, name, names)
    with st.container(horizontal=True, vertical_alignment="center"):
        if len(names) < made_here.MOST_CLASSES:
            st.button(_("Add a class"), key="teach_add", icon=":material/add:", on_click=opened.add_class,
                      args=(record,))  # fmt: skip
        _put_back(record)


def _column(record: DataSet | None, place: int, name: str, names: Sequence[str]) -> None:
    paths = [] if record is None else made_here.latest(record, name)
    _title(record, place, name, len(paths), names)
    with st.container():  # a place of its own, also while it is empty: the camera below stays where it is
        _faces(record, name, paths)
    _drop(record, name)
    with st.container():
        _without_face(record, name)
    hold.show_camera(f"teach_hold_{name}", name, functools.partial(opened.keep, record, name))


def _title(record: DataSet | None, place: int, name: str, number: int, names: Sequence[str]) -> None:
    with st.container(
        horizontal=True, vertical_alignment="center", wrap=False, gap="small", key=f"teach_title_{place}"
    ):
        key = f"teach_name_{name}"
        sign = f'<span class="teach-sign {text.colour_class(name, names)}">{text.sign(name, names)}</span>'
        st.html(sign, width="content")
        st.text_input(_("Name of class {number}", number=place + 1), name, key=key, max_chars=60,
                      label_visibility="collapsed", on_change=_renamed, args=(record, place, name, key))  # fmt: skip
        faces = ngettext("{n} face", "{n} faces", number)
        st.html(f'<span class="teach-count">{faces}</span>', width="content")
        if len(names) > 2:
            st.button("✕", key=f"teach_drop_class_{name}", type="tertiary",
                      help=text.plain(_("Remove {name}", name=name)),
                      on_click=opened.remove_class, args=(record, name))  # fmt: skip


def _renamed(record: DataSet | None, place: int, name: str, key: str) -> None:
    typed = str(st.session_state[key]).strip()
    if typed:
        opened.rename(record, place, typed)
    st.session_state[key] = name  # of a name that could not be taken; the field of another has another key


def _drop(record: DataSet | None, name: str) -> None:
    """Pictures that are dropped here are kept at once; those without a face are asked about."""
    turns = st.session_state.setdefault(TURN, {})  # of each class: the places of the others stay as they are
    sent = st.file_uploader(_("Pictures of {name}", name=text.plain(name)), accept_multiple_files=True,
                            max_upload_size=memory.upload_mb(),
                            key=f"teach_drop_{name}_{turns.get(name, 0)}", label_visibility="collapsed")  # fmt: skip
    if not sent:
        return
    bar = st.progress(0.0) if len(sent) > WORTH_A_BAR else None
    refused: list[str] = []
    for number, file in enumerate(sent, start=1):
        try:
            opened.keep(record, name, file.getvalue(), file.name)
        except NoFaceError:
            st.session_state.setdefault(FACELESS, {}).setdefault(name, []).append((file.name, file.getvalue()))
        except PictureError as error:
            refused.append(f"{file.name}: {error}")
        except (EmotionError, OSError) as error:  # of the disk: the others would fare no better
            refused.append(str(error))
            break
        if bar:
            bar.progress(number / len(sent), _("{done} of {all}", done=number, all=len(sent)))
    turns[name] = turns.get(name, 0) + 1
    st.session_state[REFUSED] = refused
    st.rerun()


def _without_face(record: DataSet | None, name: str) -> None:
    """Pictures in which no face was found wait here, in memory only, until the person says what is to be done."""
    waiting: list[tuple[str, bytes]] = st.session_state.get(FACELESS, {}).get(name, [])
    if not waiting:
        return
    first = text.plain(waiting[0][0])
    st.warning(ngettext("No face was found in {name}.", "No face was found in {n} pictures.", len(waiting), name=first),
               icon=":material/face:")  # fmt: skip
    with st.container(horizontal=True):
        many = len(waiting) > 1
        st.button(_("Use them whole") if many else _("Use the whole picture"), key=f"teach_whole_{name}",
                  on_click=_take_whole, args=(record, name))  # fmt: skip
        st.button(_("Leave them out") if many else _("Leave it out"), key=f"teach_leave_{name}", on_click=_leave_out,
                  args=(name,))  # fmt: skip


def _take_whole(record: DataSet | None, name: str) -> None:
    for file, source in st.session_state.get(FACELESS, {}).pop(name, []):
        try:
            opened.keep(record, name, source, file, whole=True)
        except (EmotionError, OSError) as error:
            st.session_state[opened.PROBLEM] = str(error)


def _leave_out(name: str) -> None:
    st.session_state.get(FACELESS, {}).pop(name, None)


def _faces(record: DataSet | None, name: str, paths: list[Path]) -> None:
    """The faces, the newest first, each with a cross that removes it."""
    if record is None or not paths:
        return
    key = f"teach_all_{name}"
    shown = paths if st.session_state.get(key) else paths[:SHOWN]
    pick.show_markup(f"teach_faces_{name}", "".join(_markup(name, shown)), _("Faces of {name}", name=name),
              functools.partial(_remove, record, name))  # fmt: skip
    if len(paths) > SHOWN:
        st.toggle(_("All {n}", n=len(paths)), key=key)


def _markup(name: str, paths: list[Path]) -> Iterator[str]:
    remove = text.markup(_("Remove"))
    yield '<ul class="taught">'
    for number, path in enumerate(paths, start=1):
        label = text.markup(_("Remove face {number} of {name}", number=number, name=name))
        yield (
            f'<li><img src="{thumbnail(str(path))}" alt="">'
            f'<button data-pick="{path.stem}" aria-label="{label}" title="{remove}"><span>✕</span></button></li>'
        )
    yield "</ul>"


@functools.lru_cache(maxsize=2000)
def thumbnail(path: str) -> str:
    """A small JPEG of a kept face as an address; the file is named by its pixels, so it never changes."""
    try:
        small = open_picture(path, max_side=THUMBNAIL).rgb
    except PictureError:  # damaged, or removed in another window in this moment
        return ""
    buffer = io.BytesIO()
    small.save(buffer, "JPEG", quality=80)
    return f"data:image/jpeg;base64,{base64.b64encode(buffer.getvalue()).decode()}"


def _remove(record: DataSet, name: str, stem: str) -> None:
    path = record.folder / name / f"{stem}.png"
    try:
        pixels = path.read_bytes()
    except OSError:
        return
    made_here.remove_picture(record, path)
    st.session_state[REMOVED] = (record.name, name, pixels)


def _put_back(record: DataSet | None) -> None:
    removed: tuple[str, str, bytes] | None = st.session_state.get(REMOVED)
    if record is None or removed is None or removed[0] != record.name or removed[1] not in opened.names(record):
        return
    said = _("Put the removed face back to {name}", name=text.plain(removed[1]))
    st.button(said, key="teach_put_back", type="tertiary",
              icon=":material/undo:", on_click=_restore, args=(record, removed))  # fmt: skip


def _restore(record: DataSet, removed: tuple[str, str, bytes]) -> None:
    st.session_state.pop(REMOVED, None)
    opened.keep(record, removed[1], removed[2], whole=True)


def problems() -> None:
    """What kept the last pictures, or the last name, from being taken."""
    refused: list[Any] = st.session_state.pop(REFUSED, [])
    if refused:
        said = ngettext("{n} picture left out.", "{n} pictures left out.", len(refused))
        st.error(f"{said} {text.plain(refused[0])}", icon=":material/error:")
    if problem := st.session_state.pop(opened.PROBLEM, None):
        st.error(text.plain(problem), icon=":material/error:")
