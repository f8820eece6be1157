"""The runs as a table of our own, which becomes cards on a phone. Pure functions of values; no Streamlit.

A piece that can be picked tells what is wanted and of which row: "open-3", "tick-3", "study-3".
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from emotion.recipes import ELSEWHERE
from emotion.runs import Status, Summary
from emotion.runs.table import MADE_ELSEWHERE, RunRow, StudyRow
from emotion.system import N_, _, decimal, duration, ngettext
from emotion.training.head.run import HELD_OUT
from pages.ui.shared import plot, text

POINTS = 60  # of a small curve at most
COLUMNS = ("", N_("run"), N_("learning"), N_("kept epoch"), N_("test score"), N_("data"), N_("trained"))
NOTHING = '<span class="faint">–</span>'
NOTE = 90  # characters of a note in the table
WORTH_A_BADGE = set(Status) - {Status.COMPLETED}


def span(rows: Sequence[RunRow]) -> tuple[float, float]:
    """The lowest and highest point of all small curves, so that they can be compared with one another."""
    points = [value for row in rows for value in row.summary.accuracies]
    low, high = min(points, default=0.0), max(points, default=1.0)
    return (low, high) if high - low > 0.02 else (low - 0.01, high + 0.01)


def markup(
    rows: Sequence[RunRow | StudyRow], first: int, shown: tuple[float, float], *, opened: str, ticked: Collection[str],
    unfolded: Collection[str], head: bool = True,
) -> str:  # fmt: skip
    """The table.

    Args:
        rows: that it holds; the trials of an unfolded study follow it as rows of their own.
        first: the number of the first row, for the words of its pieces.
        shown: see `span`.
        opened: id of the run that is open; "" for none.
        ticked: ids of the runs that are to be compared.
        unfolded: ids of the studies whose trials are shown.
        head: whether the titles of the columns are shown.
    """
    body = "".join(
        _study(row, place, shown, unfolded)
        if isinstance(row, StudyRow)
        else _run(row, place, shown, opened, ticked, row.study is not None)
        for place, row in enumerate(rows, first)
    )
    titles = "".join(f'<th scope="col">{_(title)}</th>' for title in COLUMNS)
    widths = "".join(f'<col class="c{place}">' for place in range(len(COLUMNS)))
    hidden = "" if head else ' class="unseen"'
    head_row = f"<thead{hidden}><tr>{titles}</tr></thead>"
    return f'<table class="runs"><colgroup>{widths}</colgroup>{head_row}<tbody>{body}</tbody></table>'


def _run(row: RunRow, place: int, shown: tuple[float, float], opened: str, ticked: Collection[str], trial: bool) -> str:
    run, is_ticked, is_open = row.run, row.run.id in ticked, row.run.id == opened
    if is_ticked:
        title = _("Untick {name} to compare it", name=run.title)
    else:
        title = _("Tick {name} to compare it", name=run.title)
    box = plot.button("☑" if is_ticked else "☐", f"tick-{place}", title, "box", is_ticked)
    name = plot.button(f"<b>{text.markup(run.title)}</b>", f"open-{place}", run.title, "name", is_open)
    tone = " ".join(["trial"] * trial + ["open"] * is_open)
    return _line(tone, box, name + _said(row), row, shown)


def _study(row: StudyRow, place: int, shown: tuple[float, float], unfolded: Collection[str]) -> str:
    is_open = row.study.id in unfolded
    said = f"{'▾' if is_open else '▸'} {row.study.title}"
    name = plot.button(f"<b>{text.markup(said)}</b>", f"study-{place}", said, "name", is_open)
    trials = ngettext("{n} trial", "{n} trials", len(row.rows))
    if len(row.rows) > 1:
        trials = _("{n} trials; the figures are of “{name}”", n=len(row.rows), name=row.leader.run.title)
    return _line("study", "", f"{name}<small>{text.markup(trials)}</small>", row.leader, shown)


def _line(tone: str, box: str, name: str, row: RunRow, shown: tuple[float, float]) -> str:
    summary = row.summary
    cells = (
        (_("learning"), spark(summary, shown)),
        (_("kept epoch"), _kept(row, summary)),
        (_("test score"), tested(summary)),
        (_("data"), f"{text.markup(row.data)}<small>{text.markup(_recipe(row))}</small>"),
        (_("trained"), f"{row.run.when}<small>{duration(summary.seconds) if summary.seconds else ''}</small>"),
    )
    others = "".join(f'<td data-label="{title}">{inside}</td>' for title, inside in cells)
    return f'<tr class="{tone}"><td class="tick">{box}</td><th scope="row">{name}</th>{others}</tr>'


def _recipe(row: RunRow) -> str:
    return _(MADE_ELSEWHERE) if row.recipe == MADE_ELSEWHERE else row.recipe


def _said(row: RunRow) -> str:
    """The state where it is worth a word, the tags, and how the note begins."""
    run = row.run
    badges = [f'<i class="badge">{run.said}</i>'] if run.status in WORTH_A_BADGE else []
    badges += [f'<i class="badge tag">{text.markup(tag)}</i>' for tag in run.words.tags]
    note = " ".join(run.words.note.split())
    note = note if len(note) <= NOTE else f"{note[:NOTE].rstrip()} …"
    inside = "".join(badges) + (f"<span>{text.markup(note)}</span>" if note else "")
    return f"<small>{inside}</small>" if inside else ""


def _kept(row: RunRow, summary: Summary) -> str:
    if summary.kept is None:
        return NOTHING
    if row.run.config.recipe == ELSEWHERE.name:
        return text.percent(summary.kept, 1)
    when = _("as it began")
    if summary.kept_epoch:
        when = _("epoch {number} of {all}", number=summary.kept_epoch, all=len(summary.accuracies))
    return f"{text.percent(summary.kept, 1)}<small>{when}</small>"


def tested(summary: Summary) -> str:
    """The test score with its interval, of how many faces, and by which."""
    if summary.test is None:
        return NOTHING
    where = interval(*summary.test.accuracy_interval)
    if summary.method == HELD_OUT:
        of = _("{interval} of {n}, held out", interval=where, n=summary.test.n)
    else:
        of = _("{interval} of {n}", interval=where, n=summary.test.n)
    return f"<b>{text.percent(summary.test.accuracy, 1)}</b><small>{of}</small>"


def interval(low: float, high: float) -> str:
    """Where a share lies: "83.9–100.0 %"."""
    return f"{decimal(100 * low)}–{text.percent(high, 1)}"


def spark(summary: Summary, shown: tuple[float, float]) -> str:
    """A small curve of the validation faces that were right, epoch by epoch, with a dot at the kept epoch."""
    values = summary.accuracies
    if not values:
        return NOTHING
    low, high = shown
    last = max(1, len(values) - 1)
    points = [(place / last, (value - low) / (high - low)) for place, value in enumerate(values)]
    step = -(-len(points) // POINTS)
    drawn = points[::-step][::-1] if len(points) > 1 else [points[0], (1.0, points[0][1])]
    dot = ""
    if summary.kept_epoch and summary.kept_epoch <= len(points):
        x, y = points[summary.kept_epoch - 1]
        dot = f'<b class="kept" style="left:{x:.1%};bottom:{y:.1%}"></b>'
    said = ngettext("{first} after the first of {n} epoch, {last} after the last",
                    "{first} after the first of {n} epochs, {last} after the last",
                    len(values), first=text.percent(values[0]), last=text.percent(values[-1]))  # fmt: skip
    return f'<span class="spark" role="img" aria-label="{said}" title="{said}">{plot.line(drawn, "")}{dot}</span>'
