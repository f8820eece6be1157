"""Photos by the thousand and by the million into one table, with all cores: `predict --out`; also from a store.

Names go in, rows come out: the fields of `Answer.to_json`, one row a photo, refusals too, in the order of the names.
A check of many pictures has them looked at by the same processes, parts and restart; `several` is whoever looks,
here or on a cluster.
May import what `emotion.models` may; pyarrow is imported when a table is written or a store is asked.
"""

from __future__ import annotations

from emotion.models.many.answering import Done, Looks, answer_all, fill
from emotion.models.many.cluster import connect, no_cluster, several
from emotion.models.many.faces import outputs
from emotion.models.many.parts import Parts
from emotion.models.many.pool import usual_jobs
from emotion.models.many.stores import answers, check, is_address, listed
from emotion.models.many.tables import KINDS, Kind
from emotion.models.many.worker import Sent, There, content

__all__ = [
    "KINDS",
    "Done",
    "Kind",
    "Looks",
    "Parts",
    "Sent",
    "There",
    "answer_all",
    "answers",
    "check",
    "connect",
    "content",
    "fill",
    "is_address",
    "listed",
    "no_cluster",
    "outputs",
    "several",
    "usual_jobs",
]
