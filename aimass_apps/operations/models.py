"""Who works: one row for each worker process, renewed by the process itself."""

from django.db import models
from django.db.models.functions import Now


class WorkerBeat(models.Model):
    """A worker's sign of life. `seen_at` is the database's clock, so that machines need not agree on theirs."""

    name = models.CharField(max_length=200, unique=True)  # queue@machine
    queues = models.JSONField(default=list)
    pid = models.PositiveIntegerField()
    resident_bytes = models.BigIntegerField(default=0)
    started_at = models.DateTimeField(db_default=Now())
    seen_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
