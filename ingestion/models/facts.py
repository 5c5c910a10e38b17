"""The common part of every fact: what it is a copy of, and which version."""

from __future__ import annotations

from typing import Any, ClassVar, Self

from django.db import models

from accounts.periods import Period
from accounts.tenancy import BusinessOwned, BusinessQuerySet
from ingestion.models.runs import SyncRun
from ingestion.models.sources import Source


class FactQuerySet(BusinessQuerySet):
    """Facts of a business. Every read starts with `of`."""

    def from_source(self, source: Source) -> Self:
        """Facts of one source of one business."""
        return self.filter(business_id=source.business_id, source=source)

    def within(self, period: Period) -> Self:
        """Facts whose own day falls into the half-open `period`, by the period's time zone."""
        column = self.model.day_column
        if isinstance(self.model._meta.get_field(column), models.DateTimeField):
            return self.filter(**{f"{column}__gte": period.starts_at, f"{column}__lt": period.ends_at})
        return self.filter(**{f"{column}__gte": period.start, f"{column}__lt": period.end})


class Fact(BusinessOwned):
    """A canonical row about what happened, with its provenance. Only `ingestion.pipeline.merge` writes facts.

    `business` and `source` are no foreign keys in the database, where checking each row would cost a sixth of loading
    it. The merge locks the source's row, of that business, before it writes; a trigger takes the facts along when a
    source is deleted. So no fact can be without its source.

    The merge looks rows up by their key, and no other index may serve that lookup. While the statistics are wrong (a
    business they do not know yet, an import in one long transaction) its rows look like none, any index that knows the
    business looks as good, and reading the whole business for each key takes hours instead of seconds. So every other
    index is partial, on the column that its own readers have a condition on.
    """

    day_column: ClassVar[str] = "created_at"

    business = models.ForeignKey(
        "accounts.Business", on_delete=models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )
    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="+", db_index=False, db_constraint=False)
    external_id = models.CharField(max_length=255, db_collation="C")
    version_at = models.DateTimeField()
    version_rank = models.SmallIntegerField(default=0)
    content_hash = models.BigIntegerField()
    observed_at = models.DateTimeField()
    run = models.ForeignKey(
        SyncRun,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        db_constraint=False,
        help_text="The run that last wrote this row.",
    )

    objects: ClassVar[Any] = FactQuerySet.as_manager()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.external_id
