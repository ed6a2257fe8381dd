"""Begins the trail of what was recorded before there was one.

Each session, patient and person gets a chain whose first entry, `adopt`, holds every row as it
stands; sites and protocols go on the chain of the place.
"""

from collections import defaultdict

from django.db import migrations

from clinic import clock
from monitoring.trail import keys
from monitoring.trail.canonical import canonical
from monitoring.trail.chain import PLACE, digest_of, rows_of
from monitoring.trail.place import person

OF_SESSION = (
    "Admission",
    "Decision",
    "Dose",
    "DoseEnd",
    "Event",
    "Reading",
    "Clearance",
    "Withdrawal",
    "Departure",
)


def adopt(apps, schema_editor):
    model = lambda name, app="monitoring": apps.get_model(app, name).objects  # noqa: E731
    by_session = defaultdict(list)
    for name in OF_SESSION:
        for row in model(name).order_by("pk").iterator():
            by_session[row.session_id].append(row)
    for session in model("Session").order_by("pk").iterator():
        begin(apps, session.pk, "session", rows_of(session, *by_session[session.pk]))
    for patient in model("Patient").order_by("pk").iterator():
        begin(apps, patient.pk, "patient", rows_of(patient))
    roles = defaultdict(list)
    for role in model("Membership", "clinic").all():
        roles[role.staff_id].append(role)
    for staff in model("Staff", "clinic").order_by("pk").iterator():
        rows = rows_of(*roles[staff.pk])
        rows["staff"] = {str(staff.pk): person(staff)}
        begin(apps, staff.pk, "staff", rows)
    place = [
        *model("Site", "clinic").all(),
        *model("ProtocolVersion").all(),
        *model("SiteProtocol").all(),
    ]
    begin(apps, PLACE, "place", rows_of(*place))


def begin(apps, chain, kind, rows):
    entry = apps.get_model("monitoring", "TrailEntry")(
        chain=chain,
        seq=1,
        verb="adopt",
        at=clock.now(),
        payload=canonical({"rows": rows, "detail": {}}),
        key_id=keys.current(),
    )
    entry.digest = digest_of(entry)
    entry.save(force_insert=True)
    heads = apps.get_model("monitoring", "ChainHead").objects
    heads.create(pk=chain, kind=kind, count=1, digest=entry.digest)


class Migration(migrations.Migration):
    dependencies = [
        ("clinic", "0001_initial"),
        ("monitoring", "0002_trail"),
    ]

    operations = [migrations.RunPython(adopt, migrations.RunPython.noop)]
