"""Daily reference rates of the European Central Bank."""

from __future__ import annotations

from django.db import models


class FxRate(models.Model):
    """Units of `currency` that one euro bought on `day`. Weekends have none: use the day before.

    Belongs to no business: public rates are the same for everyone. Row security lets tenants read them only.
    """

    day = models.DateField()
    currency = models.CharField(max_length=3)
    per_eur = models.DecimalField(max_digits=20, decimal_places=8)

    class Meta:
        verbose_name = "FX rate"
        constraints = [
            models.UniqueConstraint(fields=["currency", "day"], name="fx_rate_once"),
            models.CheckConstraint(condition=models.Q(per_eur__gt=0), name="fx_rate_positive"),
        ]

    def __str__(self) -> str:
        return f"1 eur = {self.per_eur.normalize():f} {self.currency} on {self.day}"
