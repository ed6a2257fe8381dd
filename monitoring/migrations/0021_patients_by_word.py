from typing import Any

from django.db import migrations

INDEX = """
    CREATE INDEX patient_by_word ON monitoring_patient
    USING gin (array_to_tsvector(string_to_array(btrim(search_name), ' ')))
"""


def create(apps: Any, editor: Any) -> None:
    if editor.connection.vendor == "postgresql":
        editor.execute(INDEX)


def drop(apps: Any, editor: Any) -> None:
    if editor.connection.vendor == "postgresql":
        editor.execute("DROP INDEX patient_by_word")


class Migration(migrations.Migration):
    """Who has a word that begins so is found by an index; SQLite has none of this kind."""

    dependencies = [
        ("monitoring", "0020_what_the_register_goes_by"),
    ]

    operations = [migrations.RunPython(create, drop)]
