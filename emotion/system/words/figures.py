"""Numbers, times and lists as a person reads them, in the person's language."""

from __future__ import annotations

import datetime
from collections.abc import Sequence

from emotion.system.words.catalogue import written
from emotion.system.words.reader import language
from emotion.system.words.sentences import _, pgettext


def number(value: int) -> str:
    """12000 → "12,000", in German "12.000"."""
    return written(f"{value:,}", language())


def decimal(value: float, digits: int = 1) -> str:
    """1234.56 → "1,234.6", in German "1.234,6"."""
    return written(f"{value:,.{digits}f}", language())


def compact(value: float, digits: int = 6) -> str:
    """A number with no more digits than it needs: 0.5 → "0.5", in German "0,5"; 1234.5 with 3 digits → "1.23e+03"."""
    return written(f"{value:,.{digits}g}", language())


def percent(share: float, digits: int = 0, gap: str = "\N{NO-BREAK SPACE}") -> str:
    """0.913 → "91 %", with a space that does not break; the command line has no gap there."""
    return written(f"{share:.{digits}%}", language()).replace("%", f"{gap}%")


def sureness(share: float) -> str:
    """A probability as a percentage that never claims to be certain."""
    return _("over {percent}", percent=percent(0.99)) if share > 0.99 else percent(share)


def duration(seconds: float) -> str:
    """A short human duration: "41 s", "3 min", "1 h 5 min"."""
    if seconds < 100:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"


def moment(seconds: float, with_year: bool = True) -> str:
    """A time since 1970 on this computer's clock: "26 Nov 2026 11:05", in German "26.11.2026 11:05"."""
    if with_year:
        form = pgettext("how a time is written", "%d %b %Y %H:%M")
    else:
        form = pgettext("how a time of this year is written", "%d %b %H:%M")
    return datetime.datetime.fromtimestamp(seconds).strftime(form)


def listed(names: Sequence[str]) -> str:
    """ "a", "a and b", "a, b and c"."""
    if len(names) < 2:
        return "".join(names)
    return _("{others} and {last}", others=", ".join(names[:-1]), last=names[-1])
