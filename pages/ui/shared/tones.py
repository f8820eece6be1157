"""The looks of classes (`emotion.recipes.palette`) as style sheets. Pure text; no Streamlit.

A piece of a page has the name of a tone among its classes (`text.colour_class`); then `--tone`, `--tone-fill` and
`--tone-mark` are its colours for text, for surfaces and for marks on pictures.
"""

from __future__ import annotations

from emotion.recipes import palette

_VARIABLES = "".join(
    f"--{tone.name}: light-dark({tone.ink}, {tone.dark}); --{tone.name}-fill: light-dark({tone.fill}, {tone.dark});"
    for tone in palette.TONES
)


def rules(colour: str = "--tone") -> str:
    """A rule a tone.

    Args:
        colour: the variable that text and what follows its colour take.
    """
    return "".join(
        f".{tone.name} {{ --tone: var(--{tone.name}); --tone-fill: var(--{tone.name}-fill); --tone-mark: {tone.dark}; "
        f"color: var({colour}); }}\n"
        for tone in palette.TONES
    )


PAGE = f"<style>:root {{ {_VARIABLES} }}\n{rules()}</style>"
