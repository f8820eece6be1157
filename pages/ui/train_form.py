"""What to train on and how: the form of the Train page, and the one click that starts a run."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import streamlit as st
from PIL import Image
from streamlit.delta_generator import DeltaGenerator

from emotion import dataset, jobs, recipes
from emotion.config import DEFAULT_CLASSES, DEMO, TrainingConfig, archive_dir, drawn_faces_dir
from emotion.dataset import Listing
from emotion.errors import EmotionError
from emotion.progress import count
from emotion.recipes import RECIPES
from pages.ui import words
from pages.ui.train_end import PROBLEM

OTHER = "another folder"
STARTED = "train_started"  # session state: the run that this form has started
NUMBERS = ("epochs", "batch_size", "learning_rate", "validation_split", "seed")
SAMPLES, SAMPLE_GAP = 12, 4


def show(action: DeltaGenerator) -> None:
    """Draws the form; its Train button goes to `action`."""
    st.session_state.pop(STARTED, None)
    with action:
        st.button("Train", key="train", type="primary", width="stretch", on_click=_start)
    _queue_note()
    data, recipe = st.columns(2, gap="large")
    with recipe:
        _recipe()
        _settings()
    with data:
        _data()


def _start() -> None:
    """Starts one run from what the form says, however often it was clicked before the page had changed."""
    if st.session_state.get(STARTED):
        return
    try:
        config = _config()
        # A wrong folder is told here, not by a failed run.
        run = jobs.start(replace(config, data=dataset.checked(config.data, config.classes)))
    except EmotionError as error:
        st.session_state[PROBLEM] = str(error)
        return
    st.session_state[STARTED] = run.id
    st.query_params["run"] = run.id


def _config() -> TrainingConfig:
    """The form as a config. Fields that have not been drawn yet keep the recipe's own value."""
    state = st.session_state
    changes = {field: state.get(f"train_{field}") for field in NUMBERS}
    if (share := changes["validation_split"]) is not None:
        changes["validation_split"] = share / 100
    classes = tuple(state.get("train_classes") or DEFAULT_CLASSES)
    config = recipes.config(
        state.get("train_recipe") or recipes.CLASSIC.name, data=_chosen_data(), classes=classes, **changes
    )
    return replace(config, name=(state.get("train_name") or "").strip())


def _chosen_data() -> str:
    chosen = st.session_state.get("train_data") or dataset.default_data()
    return st.session_state.get("train_folder", "").strip() if chosen == OTHER else chosen


def _queue_note() -> None:
    before = len(jobs.queue()) + (jobs.active() is not None)
    if before:
        st.info(f"{count(before, 'run')} before this one: it will wait its turn.", icon=":material/hourglass_top:")


def _recipe() -> None:
    name = st.radio(
        "Recipe",
        list(RECIPES),
        captions=[recipe.expected for recipe in RECIPES.values()],
        key="train_recipe",
        persist_state="session",
        on_change=_forget_numbers,
    )
    st.caption(recipes.find(name).summary)


def _forget_numbers() -> None:
    """Another recipe brings its own numbers."""
    for field in ("epochs", "batch_size", "learning_rate"):
        st.session_state.pop(f"train_{field}", None)


def _settings() -> None:
    own = recipes.find(st.session_state["train_recipe"])
    with st.expander("More settings"):
        left, right = st.columns(2)
        left.number_input("Epochs", 1, 1000, own.epochs, key="train_epochs", persist_state="session",
                          help="How often it goes through all training faces.")  # fmt: skip
        right.number_input("Batch size", 1, 1024, own.batch_size, key="train_batch_size", persist_state="session",
                           help="How many faces it looks at before it changes its weights.")  # fmt: skip
        left.number_input("Learning rate", 1e-7, 1.0, own.learning_rate, step=1e-4, format="%.5f",
                          key="train_learning_rate", persist_state="session",
                          help="How far each change goes.")  # fmt: skip
        right.number_input("Seed", 0, 2**31 - 1, 0, key="train_seed", persist_state="session",
                           help="The same seed on the same data gives the same run again.")  # fmt: skip
        st.slider("Kept aside for validation", 5, 50, 20, format="%d %%", key="train_validation_split",
                  persist_state="session",
                  help="The share of the training faces that it does not learn from, to judge it while it learns.",
                  )  # fmt: skip
        st.text_input("Name of the run", max_chars=80, key="train_name", persist_state="session",
                      placeholder="your own words, may stay empty")  # fmt: skip


def _data() -> None:
    options = list(dict.fromkeys([dataset.default_data(), DEMO, OTHER]))
    chosen = st.selectbox("Data", options, key="train_data", format_func=_option_title, persist_state="session")
    if chosen == OTHER:
        st.text_input("Folder with train/ and test/ in it", key="train_folder", persist_state="session")
        if not _chosen_data():
            st.caption("Each of the two holds one folder a class, such as happy/ and sad/, with the pictures.")
            return
    try:
        with st.container(key="data_look"):
            _look_at(_chosen_data())
    except EmotionError as error:
        st.error(words.plain(str(error)), icon=":material/folder_off:")
        if chosen != DEMO:
            st.button("Use the drawn faces", key="use_drawn", on_click=_use_drawn)


def _option_title(option: str) -> str:
    if option == str(archive_dir()):
        return "archive/"
    return option if option == OTHER else dataset.title(option)


def _use_drawn() -> None:
    st.session_state["train_data"] = DEMO


def _look_at(data: str) -> None:
    """Counts and twelve faces of the data."""
    listing = _listing(_folder(data))
    classes = _classes(listing)
    for split, says in (("train", "to learn from"), ("test", "kept for the test")):
        counts = {name: listing.counts[split].get(name, 0) for name in classes}
        parts = ", ".join(f"{number:,} {name}" for name, number in counts.items())
        st.markdown(f"**{sum(counts.values()):,} faces** {says} :small[({words.plain(parts)})]")
    picture = _sample_picture(str(listing.root), listing.fingerprint, classes)
    st.image(picture, width="stretch", alt=f"Twelve training faces: {', '.join(classes)}, in this order")
    if len(classes) == 2:
        above, below = (f"{words.sign(name)} {words.plain(name)}" for name in classes)
        st.caption(f"{above} above, {below} below")


def _folder(data: str) -> Path:
    """The folder of the data; the drawn faces are drawn at the first look, while the form can be used already."""
    if data != DEMO or (drawn_faces_dir() / "train").is_dir():
        return dataset.resolve(data)
    bar = st.progress(0.0, "Drawing the faces, this once")
    folder = dataset.resolve(data, lambda done, total: _fill(bar, done, total))
    bar.empty()
    return folder


def _fill(bar: DeltaGenerator, done: int, total: int) -> None:
    bar.progress(done / total, f"Drawing the faces, this once: {done:,} of {total:,}")


@st.cache_data(ttl=10, max_entries=8, show_spinner="Counting the pictures")
def _listing(folder: Path) -> Listing:
    return dataset.scan(folder)


def _classes(listing: Listing) -> tuple[str, ...]:
    """Happy and sad where they are all there is; with more, the person chooses."""
    if set(listing.classes) == set(DEFAULT_CLASSES):
        st.session_state.pop("train_classes", None)
        return DEFAULT_CLASSES[::-1]
    both = set(DEFAULT_CLASSES) <= set(listing.classes)
    usual = list(DEFAULT_CLASSES[::-1]) if both else list(listing.classes)
    chosen = st.multiselect("Classes", listing.classes, usual, key="train_classes", placeholder="two or more")
    return tuple(chosen)


@st.cache_data(max_entries=8, show_spinner=False)
def _sample_picture(root: str, fingerprint: str, classes: tuple[str, ...]) -> Image.Image:
    faces = dataset.samples(dataset.scan(Path(root)), "train", classes, SAMPLES).images
    return tiled(faces, columns=SAMPLES // 2)


def tiled(faces: np.ndarray, columns: int) -> Image.Image:
    """(N, 48, 48) uint8 faces side by side, with gaps that show what is behind."""
    size = faces.shape[1]
    rows = -(-len(faces) // columns)
    picture = Image.new("LA", (columns * (size + SAMPLE_GAP) - SAMPLE_GAP, rows * (size + SAMPLE_GAP) - SAMPLE_GAP))
    for place, face in enumerate(faces):
        left, top = place % columns * (size + SAMPLE_GAP), place // columns * (size + SAMPLE_GAP)
        picture.paste(Image.fromarray(face).convert("LA"), (left, top))
    return picture
