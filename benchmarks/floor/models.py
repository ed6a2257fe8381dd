"""One session, and its readings."""

from __future__ import annotations

from django.db import models


class Session(models.Model):
    patient = models.CharField(max_length=80)
    started_at = models.DateTimeField()
    dose_mg = models.PositiveSmallIntegerField()
    is_open = models.BooleanField(default=True)

    objects: models.Manager[Session] = models.Manager()

    def __str__(self) -> str:
        return self.patient


class Reading(models.Model):
    session_id: int
    session = models.ForeignKey(Session, on_delete=models.CASCADE, db_index=False)
    taken_at = models.DateTimeField()
    systolic = models.PositiveSmallIntegerField()
    diastolic = models.PositiveSmallIntegerField()
    heart_rate = models.PositiveSmallIntegerField()
    spo2 = models.PositiveSmallIntegerField()
    respiratory_rate = models.PositiveSmallIntegerField()
    sedation = models.PositiveSmallIntegerField()
    dissociation = models.PositiveSmallIntegerField()
    note = models.CharField(max_length=200, blank=True)

    objects: models.Manager[Reading] = models.Manager()

    class Meta:
        indexes = [models.Index(fields=["session", "taken_at"], name="floor_by_time")]

    def __str__(self) -> str:
        return f"{self.systolic}/{self.diastolic}"
