"""What can be looked up: passages of the shared pages and of a business's own notes, with their vectors."""

from __future__ import annotations

from typing import ClassVar, Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector, SearchVectorField
from django.db import models
from django.utils import timezone

from accounts.tenancy import BusinessOwned, BusinessQuerySet


class RealField(models.FloatField):
    """Four bytes: what an encoder gives, and what vector operators take."""

    def db_type(self, connection: object) -> str:
        return "real"


class SharedQuerySet(BusinessQuerySet):
    """Rows of a business, and those without one, which everybody reads and only the installation writes."""

    def shared(self) -> Self:
        return self.filter(business__isnull=True)

    def owned_by(self, business: models.Model | None) -> Self:
        """Of one business, or the shared ones."""
        return self.of(business) if business else self.shared()


class Note(BusinessOwned):
    """What a business wants its answers to know: a definition of its own, an agreement, a habit. Markdown."""

    LONGEST = 20_000
    MOST = 200

    title = models.CharField(max_length=120)
    text = models.TextField(max_length=LONGEST)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering: ClassVar[list[str]] = ["-updated_at", "-pk"]

    def __str__(self) -> str:
        return self.title

    @property
    def doc_id(self) -> str:
        """The id under which answers cite it; see `agent.knowledge.chunks.NOTE_PREFIX`."""
        return f"note-{self.pk}"


class StoredPassage(models.Model):
    """A part of a page or note, as it is found and cited. Without a business: shared.

    `digest` is that of the whole document: equal digests mean that nothing has to be written again.
    """

    business = models.ForeignKey("accounts.Business", on_delete=models.CASCADE, null=True, related_name="+")
    note = models.ForeignKey(Note, on_delete=models.CASCADE, null=True, related_name="passages")
    doc_id = models.CharField(max_length=80)
    seq = models.PositiveSmallIntegerField()
    title = models.CharField(max_length=160)
    heading = models.CharField(max_length=200)
    anchor = models.CharField(max_length=200)
    text = models.TextField()
    tokens = models.PositiveSmallIntegerField()
    digest = models.CharField(max_length=64)
    search = models.GeneratedField(
        expression=SearchVector("heading", weight="A", config="english")
        + SearchVector("title", "doc_id", weight="B", config="english")
        + SearchVector("text", weight="D", config="english"),
        output_field=SearchVectorField(),
        db_persist=True,
    )

    objects = SharedQuerySet.as_manager()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["business", "doc_id", "seq"], nulls_distinct=False, name="passage_once")
        ]
        indexes: ClassVar[list[models.Index]] = [GinIndex(fields=["search"], name="passage_words")]

    def __str__(self) -> str:
        return f"{self.doc_id} {self.seq}"


class PassageVector(models.Model):
    """One window of a passage as an encoder sees it: unit length, so that the inner product is the cosine."""

    business = models.ForeignKey("accounts.Business", on_delete=models.CASCADE, null=True, related_name="+")
    passage = models.ForeignKey(StoredPassage, on_delete=models.CASCADE, related_name="vectors")
    window = models.PositiveSmallIntegerField()
    model_id = models.CharField(max_length=80)
    embedding = ArrayField(RealField())

    objects = SharedQuerySet.as_manager()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["passage", "window"], name="vector_once")
        ]

    def __str__(self) -> str:
        return f"{self.passage_id} {self.window} by {self.model_id}"
