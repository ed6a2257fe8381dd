from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    """Who has the same name or birth date, and what is rare on the access log, is found by an index."""

    dependencies = [
        ('clinic', '0006_saved_views'),
        ('monitoring', '0022_unsigned_with_the_id'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name='patient',
            name='patient_by_search',
        ),
        migrations.AddIndex(
            model_name='accessentry',
            index=models.Index(condition=models.Q(('action__in', ('printed', 'exported', 'matched'))), fields=['site', 'action', '-at'], name='access_of_rare'),
        ),
        migrations.AddIndex(
            model_name='patient',
            index=models.Index(fields=['site', 'date_of_birth'], name='patient_by_birth'),
        ),
        migrations.AddIndex(
            model_name='patient',
            index=models.Index(fields=['site', 'search_name'], name='patient_by_search', opclasses=('uuid_ops', 'varchar_pattern_ops')),
        ),
    ]
