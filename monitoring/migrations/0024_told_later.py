"""What was seen while the access log could not be written is told to it later."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("monitoring", "0023_who_is_taken_for_whom")]

    operations = [
        migrations.AddField(
            model_name="accessentry",
            name="told_at",
            field=models.DateTimeField(null=True),
        ),
    ]
