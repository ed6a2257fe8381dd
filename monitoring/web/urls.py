"""Every page of the record. `tests/clinic/test_access.py` walks this list."""

from __future__ import annotations

from django.urls import path

from monitoring.web import hand_over
from monitoring.web.floor import (
    admission,
    board,
    decision,
    dose,
    event,
    medication,
    order,
    patient_amendment,
    patients,
    planning,
    reading,
    response,
    screen,
)
from monitoring.web.review import (
    access_log,
    printing,
    protocol_change,
    protocols,
    register,
    report,
    verification,
)
from monitoring.web.session import (
    amendment,
    call,
    clearance,
    correction,
    departure,
    ending,
    event_review,
    session,
    signature,
    strike,
)

SESSION = "sessions/<uuid:session_id>/"

urlpatterns = [
    path("", board.start, name="board"),
    path("patients/", patients.patient_list, name="patient-list"),
    path("patients/new/", patients.register_patient, name="patient-register"),
    path("patients/<uuid:patient_id>/", patients.patient, name="patient"),
    path("patients/<uuid:patient_id>/amend/", patient_amendment.amend, name="patient-amend"),
    path("patients/<uuid:patient_id>/plan/", planning.plan, name="session-plan"),
    path("sessions/", register.session_list, name="session-list"),
    path(SESSION, session.session, name="session"),
    path(f"{SESSION}whose/", hand_over.whose, name="whose"),
    path(f"{SESSION}admission/", admission.admit, name="admission"),
    path(f"{SESSION}order/", order.order, name="order"),
    path(f"{SESSION}decision/", decision.decide, name="decision"),
    path(f"{SESSION}dose/", dose.give, name="dose"),
    path(f"{SESSION}infusion-end/", dose.end_infusion, name="infusion-end"),
    path(f"{SESSION}reading/", reading.record, name="reading"),
    path(f"{SESSION}reading/<uuid:reading_id>/correct/", reading.correct, name="reading-correct"),
    path(f"{SESSION}event/", event.record, name="event"),
    path(f"{SESSION}event/<uuid:about>/review/", event_review.review, name="event-review"),
    path(f"{SESSION}medication/", medication.record, name="medication"),
    path(f"{SESSION}screen/", screen.record, name="screen"),
    path(f"{SESSION}call/", call.record, name="call"),
    path("calls/", call.call_list, name="call-list"),
    path(f"{SESSION}response/<uuid:about>/", response.respond, name="response"),
    path(f"{SESSION}clearance/", clearance.sign, name="clearance"),
    path(f"{SESSION}clearance/challenge/", clearance.challenge, name="clearance-challenge"),
    path(f"{SESSION}clearance/withdraw/", clearance.withdraw, name="withdrawal"),
    path(f"{SESSION}departure/", departure.record, name="departure"),
    path(f"{SESSION}cancel/", ending.cancel, name="session-cancel"),
    path(f"{SESSION}defer/", ending.defer, name="session-defer"),
    path(f"{SESSION}report/", report.report, name="session-report"),
    path(f"{SESSION}clearances/<uuid:clearance_id>/", signature.signature, name="signature"),
    path(f"{SESSION}verification/", verification.verification, name="verification"),
    path(f"{SESSION}amendment/", amendment.amend, name="amendment"),
    path(f"{SESSION}review/<uuid:reading_id>/", amendment.review, name="review"),
    path(f"{SESSION}dose/<uuid:dose_id>/correct/", correction.dose, name="dose-correct"),
    path(f"{SESSION}event/<uuid:event_id>/correct/", correction.event, name="event-correct"),
    path(f"{SESSION}strike/<slug:noun>/<uuid:fact_id>/", strike.strike, name="strike"),
    path(f"{SESSION}strikes/<uuid:strike_id>/", strike.confirm, name="strike-confirm"),
    path("reviews/", amendment.review_list, name="review-list"),
    path("printed/", printing.printed, name="printed"),
    path("access/", access_log.access_list, name="access-list"),
    path("access.csv", access_log.access_export, name="access-export"),
    path("protocols/", protocols.protocol_list, name="protocol-list"),
    path("protocols/<uuid:version_id>/", protocols.protocol, name="protocol"),
    path(
        "protocols/<uuid:version_id>/change/",
        protocol_change.protocol_change,
        name="protocol-change",
    ),
]
