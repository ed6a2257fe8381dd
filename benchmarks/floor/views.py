"""Three pages and their addresses; the last reading of each session is found in one query."""

from __future__ import annotations

from django import forms
from django.db.models import OuterRef, Subquery
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path
from django.utils import timezone

from floor.models import Reading, Session

ON_THE_BOARD = 30


class ReadingForm(forms.Form):
    session = forms.IntegerField(min_value=1)
    systolic = forms.IntegerField(min_value=40, max_value=300)
    diastolic = forms.IntegerField(min_value=20, max_value=200)
    heart_rate = forms.IntegerField(min_value=20, max_value=250)
    spo2 = forms.IntegerField(min_value=50, max_value=100)
    respiratory_rate = forms.IntegerField(min_value=4, max_value=60)
    sedation = forms.IntegerField(min_value=0, max_value=5)
    dissociation = forms.IntegerField(min_value=0, max_value=4)
    note = forms.CharField(max_length=200, required=False)


def record(request: HttpRequest) -> HttpResponse:
    form = ReadingForm(request.POST)
    if not form.is_valid():
        return HttpResponseBadRequest(form.errors.as_json())
    values = dict(form.cleaned_data)
    reading = Reading(session_id=values.pop("session"), taken_at=timezone.now(), **values)
    reading.save(force_insert=True)
    return HttpResponseRedirect("/alive")


def board(request: HttpRequest) -> HttpResponse:
    of_session = Reading.objects.filter(session=OuterRef("session")).order_by("-taken_at")
    sessions = Session.objects.filter(is_open=True).order_by("started_at")[:ON_THE_BOARD]
    shown = list(sessions)
    last = Reading.objects.filter(
        session__in=[session.pk for session in shown], pk=Subquery(of_session.values("pk")[:1])
    )
    by_session = {reading.session_id: reading for reading in last}
    rows = [(session, by_session.get(session.pk)) for session in shown]
    return render(request, "board.html", {"rows": rows})


def chart(request: HttpRequest, number: int) -> HttpResponse:
    session = Session.objects.get(pk=number)
    readings = list(Reading.objects.filter(session=session).order_by("taken_at"))
    return render(request, "chart.html", {"session": session, "readings": readings})


def alive(request: HttpRequest) -> HttpResponse:
    return HttpResponse("alive")


urlpatterns = [
    path("reading", record),
    path("board", board),
    path("sessions/<int:number>", chart),
    path("alive", alive),
]
