import django.db.models.deletion
from django.db import migrations, models
from django.db.models import OuterRef, Subquery


def fill(apps, editor):
    """One statement, however many tags there are."""
    tag, session = (apps.get_model("monitoring", name) for name in ("Tag", "Session"))
    of = session.objects.filter(pk=OuterRef("session"))
    tag.objects.update(
        site=Subquery(of.values("site")[:1]), planned_for=Subquery(of.values("planned_for")[:1])
    )
    if editor.connection.vendor == "postgresql":
        # It alters no table of which a foreign key is still to be checked.
        editor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def know_kinds(apps, editor):
    """PostgreSQL takes the kind and the code of a tag for independent, and what has both for far
    rarer than it is."""
    if editor.connection.vendor == "postgresql":
        editor.execute(
            "CREATE STATISTICS tag_kind_of_code (dependencies) ON kind, code FROM monitoring_tag"
        )


def forget_kinds(apps, editor):
    if editor.connection.vendor == "postgresql":
        editor.execute("DROP STATISTICS tag_kind_of_code")


class Migration(migrations.Migration):
    """The register pages by one index: of tags with their site and day, of patients with the MRN
    beside equal names."""

    dependencies = [
        ("clinic", "0005_trail_indexes"),
        ("monitoring", "0011_staff_contact"),
    ]

    operations = [
        migrations.AddField(
            model_name="tag",
            name="site",
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="clinic.site"),
        ),
        migrations.AddField(
            model_name="tag",
            name="planned_for",
            field=models.DateTimeField(null=True),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.AlterField(
            model_name="tag",
            name="site",
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="clinic.site"),
        ),
        migrations.AlterField(
            model_name="tag",
            name="planned_for",
            field=models.DateTimeField(),
        ),
        migrations.RunPython(know_kinds, forget_kinds),
        migrations.RemoveIndex(model_name="tag", name="tag_by_code"),
        migrations.AddIndex(
            model_name="tag",
            index=models.Index(fields=["site", "kind", "code", "-planned_for", "-session"], name="tag_by_date"),
        ),
        migrations.RemoveIndex(model_name="patient", name="patient_by_name"),
        migrations.AddIndex(
            model_name="patient",
            index=models.Index(fields=["site", "family_name", "given_name", "mrn"], name="patient_by_name"),
        ),
    ]
