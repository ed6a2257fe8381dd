from django.db import migrations, models


class Migration(migrations.Migration):
    """The id at the end of the index by name: without it every namesake was read and sorted."""

    dependencies = [
        ("monitoring", "0010_what_a_session_counts_in"),
    ]

    operations = [
        migrations.RemoveIndex(model_name="patient", name="patient_by_name"),
        migrations.AddIndex(
            model_name="patient",
            index=models.Index(
                fields=["site", "family_name", "given_name", "id"], name="patient_by_name"
            ),
        ),
    ]
