from django.db import migrations

CORRECTED = "WHERE after_departure AND replaces_id IS NOT NULL"
TAG = f"""
    INSERT INTO monitoring_tag (session_id, site_id, planned_for, kind, code)
    SELECT id, site_id, planned_for, 'amendment', 'amended' FROM monitoring_session WHERE id IN (
        SELECT session_id FROM monitoring_amendment
        UNION SELECT session_id FROM monitoring_dose {CORRECTED}
        UNION SELECT session_id FROM monitoring_reading {CORRECTED}
        UNION SELECT session_id FROM monitoring_event {CORRECTED}
    )
"""


class Migration(migrations.Migration):
    """A session that was amended is found by a tag, as everything else that is told of few."""

    dependencies = [
        ("monitoring", "0016_tags_by_date"),
    ]

    operations = [
        migrations.RunSQL(TAG, "DELETE FROM monitoring_tag WHERE kind = 'amendment'"),
    ]
