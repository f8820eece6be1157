"""What several people said of each picture: votes that lie beside a data folder."""

from __future__ import annotations

from emotion.data.votes import ferplus
from emotion.data.votes.table import NAME, Numbers, Votes, check, of, there, unlike

__all__ = ["NAME", "Numbers", "Votes", "check", "ferplus", "of", "there", "unlike"]
