"""Tells the second factors of before on the chains of their people.

From here on a second factor that no chain tells lets no one in.
"""

from collections import defaultdict

from django.db import migrations

from clinic import clock
from monitoring.trail import keys
from monitoring.trail.canonical import canonical
from monitoring.trail.chain import digest_of
from monitoring.trail.person import factor


def adopt(apps, schema_editor):
    factors = defaultdict(dict)
    for row in apps.get_model("mfa", "Authenticator").objects.order_by("pk").iterator():
        factors[row.user_id][str(row.pk)] = factor(row)
    for staff, rows in factors.items():
        append(apps, staff, {"authenticator": rows})


def append(apps, chain, rows):
    head, _ = apps.get_model("monitoring", "ChainHead").objects.get_or_create(
        pk=chain, defaults={"kind": "staff"}
    )
    entry = apps.get_model("monitoring", "TrailEntry")(
        chain=chain,
        seq=head.count + 1,
        verb="adopt",
        at=clock.now(),
        payload=canonical({"rows": rows, "detail": {}}),
        previous=head.digest,
        key_id=keys.current(),
    )
    entry.digest = digest_of(entry)
    entry.save(force_insert=True)
    head.count, head.digest = entry.seq, entry.digest
    head.save(update_fields=["count", "digest"])


class Migration(migrations.Migration):
    dependencies = [
        ("monitoring", "0008_leaving_late"),
        ("mfa", "0003_authenticator_type_uniq"),
    ]

    operations = [migrations.RunPython(adopt, migrations.RunPython.noop)]
