from django.db import migrations, models

UNSIGNED = """
    INSERT INTO monitoring_tag (session_id, site_id, planned_for, kind, code)
    SELECT id, site_id, planned_for, 'signature', 'unsigned' FROM monitoring_session
    WHERE first_dose_at IS NOT NULL AND standing_clearance_id IS NULL
"""
SELDOM = {
    "transferred": 2,
    "against_advice": 4,
    "left_unseen": 8,
    "cancelled": 16,
    "unsigned": 128,
    "left_early": 256,
    "slots_answered": 512,
    "slots_in_time": 1024,
    "forty_late": 8192,
    "forty_not_done": 16384,
    "forty_missed": 32768,
    "systolic_rise": 131072,
    "diastolic_rise": 524288,
    "spo2_below": 2097152,
    "spo2_far_below": 4194304,
    "sedation_affected": 16777216,
    "sedation_not_over": 33554432,
    "dissociation_affected": 134217728,
    "dissociation_not_over": 268435456,
    "entered_late": 536870912,
    "corrected": 1073741824,
    "struck": 2147483648,
    "answered_late": 4294967296,
    "unanswered": 8589934592,
}
"""The bits of the lines of the overview behind which few sessions are."""
LINES = [
    f"""
    INSERT INTO monitoring_tag (session_id, site_id, planned_for, kind, code)
    SELECT session_id, site_id, planned_for, 'line', 'line_{code}' FROM monitoring_figures
    WHERE counts & {bit} > 0
    """
    for code, bit in SELDOM.items()
]
GONE = "DELETE FROM monitoring_tag WHERE kind IN ('signature', 'line')"


class Migration(migrations.Migration):
    """What is not signed, and what counts in a line of the overview as few do, is found by a tag. The
    indexes of the register have the id, by which they are compared with a tag's."""

    dependencies = [
        ("monitoring", "0024_told_later"),
    ]

    operations = [
        migrations.RemoveConstraint(model_name="tag", name="tag_once"),
        migrations.AddConstraint(
            model_name="tag",
            constraint=models.UniqueConstraint(
                fields=("session", "kind", "code", "site"), name="tag_once"
            ),
        ),
        migrations.RunSQL([GONE, UNSIGNED, *LINES], GONE),
        migrations.RemoveIndex(model_name="session", name="register_unsigned"),
        migrations.RemoveIndex(
            model_name='session',
            name='register_prescriber',
        ),
        migrations.RemoveIndex(
            model_name='session',
            name='register_observer',
        ),
        migrations.RemoveIndex(
            model_name='session',
            name='register_room',
        ),
        migrations.RemoveIndex(
            model_name='session',
            name='register_given',
        ),
        migrations.RemoveIndex(
            model_name='session',
            name='register_outcome',
        ),
        migrations.RemoveIndex(
            model_name='session',
            name='register_deviations',
        ),
        migrations.RemoveIndex(
            model_name='session',
            name='register_deviating',
        ),
        migrations.RemoveIndex(
            model_name='session',
            name='register_signed',
        ),
        migrations.RemoveIndex(
            model_name='session',
            name='register_formless',
        ),
        migrations.AddIndex(
            model_name='session',
            index=models.Index(fields=['site', 'prescriber', '-planned_for', '-id'], name='register_prescriber'),
        ),
        migrations.AddIndex(
            model_name='session',
            index=models.Index(fields=['site', 'observer', '-planned_for', '-id'], name='register_observer'),
        ),
        migrations.AddIndex(
            model_name='session',
            index=models.Index(fields=['site', 'room', '-planned_for', '-id'], name='register_room'),
        ),
        migrations.AddIndex(
            model_name='session',
            index=models.Index(fields=['site', 'given_mg', '-planned_for', '-id'], name='register_given'),
        ),
        migrations.AddIndex(
            model_name='session',
            index=models.Index(fields=['site', 'outcome', '-planned_for', '-id'], name='register_outcome'),
        ),
        migrations.AddIndex(
            model_name='session',
            index=models.Index(fields=['site', '-deviation_count', '-planned_for', '-id'], name='register_deviations'),
        ),
        migrations.AddIndex(
            model_name='session',
            index=models.Index(condition=models.Q(('deviation_count', 0), _negated=True), fields=['site', '-planned_for', '-id'], name='register_deviating'),
        ),
        migrations.AddIndex(
            model_name='session',
            index=models.Index(condition=models.Q(('standing_clearance__isnull', False)), fields=['site', '-planned_for', '-id'], name='register_signed'),
        ),
        migrations.AddIndex(
            model_name='session',
            index=models.Index(condition=models.Q(('form_due_at', None), ('form_filed_seq', None)), fields=['site', '-planned_for', '-id'], name='register_formless'),
        ),
    ]
