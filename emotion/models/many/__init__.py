"""Photos by the thousand and by the million into one table, with all cores: `predict --out`.

Names go in, rows come out: the fields of `Answer.to_json`, one row a photo, refusals too, in the order of the names.
May import what `emotion.models` may; pyarrow is imported when a table is written.
"""

from __future__ import annotations

from emotion.models.many.answering import Done, answer_all
from emotion.models.many.cluster import connect, no_cluster
from emotion.models.many.pool import usual_jobs
from emotion.models.many.tables import KINDS

__all__ = [
    "KINDS",
    "Done",
    "answer_all",
    "connect",
    "no_cluster",
    "usual_jobs",
]
