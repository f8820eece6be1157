"""Numbers and times as a person reads them."""

from __future__ import annotations


def count(number: int, noun: str) -> str:
    """ "1 run", "2 runs", "2 classes"."""
    ending = "es" if noun.endswith(("s", "x", "sh")) else "s"
    return f"{number:,} {noun}" + ("" if number == 1 else ending)


def duration(seconds: float) -> str:
    """A short human duration: "41 s", "3 min", "1 h 5 min"."""
    if seconds < 100:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"


def percent(share: float, digits: int = 0) -> str:
    """0.913 → "91 %", with a space that does not break."""
    return f"{share:.{digits}%}".replace("%", "\N{NO-BREAK SPACE}%")


def sureness(share: float) -> str:
    """A probability as a percentage that never claims to be certain."""
    return f"over {percent(0.99)}" if share > 0.99 else percent(share)
