"""What is known of a data set: where it comes from, what its classes are called; and how to forget it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from emotion.data import registry
from emotion.data.bring import add
from emotion.data.bring.layout import Options
from emotion.data.bring.tables import labels
from emotion.system import N_, EmotionError, _, moment, ngettext, retold
from pages.ui.shared import frame, listings, text
from pages.ui.shared.data_choice import SET, choices

if TYPE_CHECKING:
    from emotion.data import DataSet, Listing


KINDS = {
    registry.FOLDER: N_("a folder of yours; its files stay where and as they are"),
    registry.ZIP: N_("a zip, unpacked"),
    registry.CSV: N_("a csv file, turned into pictures"),
    registry.KAGGLEHUB: N_("downloaded"),
    registry.BROWSER: N_("made in the browser"),
}
PROBLEM = "data_about_problem"  # session state: why the last click did not do what it should


def offer_usual_names(known: DataSet | None) -> None:
    """One click for classes that are called otherwise than usual, such as happiness and sadness."""
    better = add.usual_names(known) if known else {}
    if known and better:
        pairs = ", ".join(f"{known.names.get(old, old)} → {new}" for old, new in better.items())
        st.button(_("Call its classes as usual: {pairs}", pairs=text.plain(pairs)), key="usual_names",
                  on_click=_rename, icon=":material/label:",
                  help=_("Then models and data of others fit. No file is changed; “About this data” has every name."),
                  args=(known, known.names | better))  # fmt: skip


def show_facts(known: DataSet | None, listing: Listing) -> None:
    """Facts, names of classes, and what can be done with the data set as a whole; nothing for data without a name."""
    if problem := st.session_state.pop(PROBLEM, None):
        st.error(text.plain(problem), icon=":material/error:")
    with st.expander(_("About this data"), key="data_about"):
        _facts(known, listing)
        if known:
            if known.labels:
                _labels(known)
            _class_names(known)
            with st.container(horizontal=True):
                if known.kind == registry.BROWSER and st.button(_("Open it in Teach"), key="to_teach"):
                    st.switch_page(frame.TEACH, query_params={"set": known.name})
                if known.kind in (registry.FOLDER, registry.BROWSER) or known.labels:
                    st.button(_("Count it anew"), key="refresh", on_click=_refresh, args=(known.name,),
                              help=_("New pictures are shared out to train and test; the others stay where they are."),
                              )  # fmt: skip
                remove_button(known)


def _facts(known: DataSet | None, listing: Listing) -> None:
    facts = []
    if known:
        when = moment(known.created)
        kind = _(KINDS.get(known.kind, known.kind))
        facts += [(_("came from"), retold(known.source)), (_("kind"), kind), (_("since"), when)]
    facts += [(_("folder"), str(listing.root)), (_("fingerprint"), listing.fingerprint)]
    if listing.skipped:
        facts.append((_("left out"), ngettext("{n} file", "{n} files", listing.skipped)))
    if known and known.notes:
        facts.append((_("read as"), " ".join(map(retold, known.notes))))
    rows = "".join(f"<dt>{name}</dt><dd>{text.markup(value)}</dd>" for name, value in facts)
    st.html(f'<dl class="data-facts">{rows}</dl>')


def _labels(known: DataSet) -> None:
    """How the labels were read, and a form to read them otherwise."""
    asked = labels.Asked(**known.labels)
    st.markdown(f"**{_('Where its labels are')}**", help=_("Found by what is in the columns. No file is changed."))
    with st.form("label_columns", border=False), st.container(horizontal=True, vertical_alignment="bottom"):
        one = _("one column for each class") if asked.file_column else _("find out")
        fields = ((_("Table"), asked.file, _("all that are found")),
                  (_("Column of files"), asked.file_column, _("find out")),
                  (_("Column of labels"), asked.label_column, one),
                  (_("Name pattern"), asked.pattern, _("none")))  # fmt: skip
        said = [
            st.text_input(title, value, key=f"label_{place}_{known.name}", placeholder=empty).strip()
            for place, (title, value, empty) in enumerate(fields)
        ]
        if st.form_submit_button(_("Read the labels so"), key="read_labels"):
            _refresh(known.name, Options(labels=labels.Asked(*said)))
            st.rerun()


def _class_names(known: DataSet) -> None:
    """A field for each class folder; what is typed is what the class is called from then on."""
    folders = sorted({folder for counts in known.counts.values() for folder in _folders(known, counts)})
    help_ = _("No file or folder is renamed. Two of one name become one.")
    st.markdown(f"**{_('What its classes are called')}**", help=help_)
    with st.form("class_names", border=False), st.container(horizontal=True, vertical_alignment="bottom"):
        typed = {
            folder: st.text_input(text.plain(f"{folder}/"), text.whole(known.names.get(folder, folder)), max_chars=60,
                                  key=f"class_name_{known.name}_{text.key(folder)}")
            for folder in folders
        }  # fmt: skip
        if st.form_submit_button(_("Save the names"), key="save_names"):
            _rename(known, {folder: name for folder, name in typed.items() if name.strip()})
            st.rerun()


def _folders(known: DataSet, counts: dict[str, int]) -> set[str]:
    """Class keys of the folders that make up these classes."""
    renamed = set(known.names.values())
    return {name for name in counts if name not in renamed} | set(known.names)


def _rename(known: DataSet, names: dict[str, str]) -> None:
    try:
        add.rename_classes(known.name, names)
    except EmotionError as error:
        st.session_state[PROBLEM] = str(error)


def _refresh(name: str, options: Options | None = None) -> None:
    try:
        listings.forget(add.refresh(name, options).folder)
    except EmotionError as error:
        st.session_state[PROBLEM] = str(error)


def remove_button(known: DataSet) -> None:
    """Removes the data set after a second click that says what will be gone."""
    with st.popover(_("Remove"), key="remove_data", icon=":material/delete:"):
        if known.is_ours:
            asked = _("Remove **{name}**? Its pictures are deleted from this computer. Runs that learned from it stay.",
                      name=text.plain(known.name))  # fmt: skip
        else:
            asked = _("Remove **{name}**? Its pictures stay where they are. Runs that learned from it stay.",
                      name=text.plain(known.name))  # fmt: skip
        st.markdown(asked)
        st.button(_("Remove it"), key="remove_data_now", type="primary", on_click=_remove, args=(known.name,))


def _remove(name: str) -> None:
    try:
        add.remove(name)
    except EmotionError as error:
        st.session_state[PROBLEM] = str(error)
        return
    SET.set(next(iter(choices())))
