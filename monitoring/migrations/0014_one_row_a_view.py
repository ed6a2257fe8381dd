import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import Q

import clinic.ids
from monitoring.migrations._indexes import without_indexes


class Migration(migrations.Migration):
    """The log of who read whose record keeps a row a view, with a list of its patients.

    What was kept before stays as it is: a row a patient, which is read and found as such. SQLite
    copies the table to change a column; the upgrade test compares each row with what it was.
    """

    dependencies = [
        ("clinic", "0005_trail_indexes"),
        ("monitoring", "0012_namesakes_in_order"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ListedPatient",
            fields=[
                ("id", models.UUIDField(default=clinic.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ("listing", models.UUIDField()),
                ("patient", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="monitoring.patient")),
            ],
            options={"verbose_name": "patient of a list"},
        ),
        migrations.AddConstraint(
            model_name="listedpatient",
            constraint=models.UniqueConstraint(fields=("listing", "patient"), name="listedpatient_once"),
        ),
        migrations.RemoveIndex(model_name="accessentry", name="access_to_patient"),
        migrations.AddField(
            model_name="accessentry",
            name="listing",
            field=models.UUIDField(null=True),
        ),
        migrations.AlterField(
            model_name="accessentry",
            name="patient",
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="monitoring.patient"),
        ),
        migrations.SeparateDatabaseAndState(
            database_operations=[
                without_indexes(*(("monitoring_accessentry", f"{name}_id") for name in ("patient", "session", "site", "staff"))),
            ],
            state_operations=[
                migrations.AlterField(
                    model_name="accessentry",
                    name="patient",
                    field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="monitoring.patient"),
                ),
                migrations.AlterField(
                    model_name="accessentry",
                    name="session",
                    field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="monitoring.session"),
                ),
                migrations.AlterField(
                    model_name="accessentry",
                    name="site",
                    field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="clinic.site"),
                ),
                migrations.AlterField(
                    model_name="accessentry",
                    name="staff",
                    field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="accessentry",
            index=models.Index(condition=Q(("patient__isnull", False)), fields=["patient", "-at"], name="access_of_patient"),
        ),
        migrations.AddIndex(
            model_name="accessentry",
            index=models.Index(condition=Q(("session__isnull", False)), fields=["session", "-at"], name="access_of_session"),
        ),
        migrations.AddIndex(
            model_name="accessentry",
            index=models.Index(condition=Q(("listing__isnull", False)), fields=["listing"], name="access_of_list"),
        ),
        migrations.AddConstraint(
            model_name="accessentry",
            constraint=models.CheckConstraint(
                condition=Q(Q(("listing", None), ("patient__isnull", False)), Q(("listing__isnull", False), ("patient", None)), _connector="OR"),
                name="accessentry_of_one_or_several",
            ),
        ),
    ]
