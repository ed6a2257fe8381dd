from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    """Who is to be called left within the last days: found without reading every session."""

    dependencies = [
        ("monitoring", "0017_amended_by_date"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="session",
            index=models.Index(
                fields=["site", "closed_at"],
                condition=Q(closed_at__isnull=False),
                name="session_by_closing",
            ),
        ),
    ]
