import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('monitoring', '0002_what_is_locked_is_true'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='event',
            name='event_response_agrees',
        ),
        migrations.AddField(
            model_name='dose',
            name='after_departure',
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name='event',
            name='answers_dose',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='reviews', to='monitoring.dose'),
        ),
        migrations.AddIndex(
            model_name='dose',
            index=models.Index(condition=models.Q(('after_departure', True)), fields=['session'], name='dose_after_leaving'),
        ),
        migrations.AddConstraint(
            model_name='event',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('informed__gt', ''), ('kind', 'response'), ('ordered__gt', ''), models.Q(models.Q(('answers_event', None), ('answers_reading__isnull', False)), models.Q(('answers_event__isnull', False), ('answers_reading', None)), _connector='OR')), models.Q(models.Q(models.Q(('answers_dose', None), ('answers_event__isnull', False)), models.Q(('answers_dose__isnull', False), ('answers_event', None)), _connector='OR'), ('answers_reading', None), ('informed__gt', ''), ('kind', 'review'), ('ordered__gt', '')), models.Q(('answers_event__isnull', False), ('answers_reading', None), ('informed', ''), ('kind', 'effect'), ('ordered', '')), models.Q(models.Q(('kind__in', ('response', 'review', 'effect')), _negated=True), ('answers_event', None), ('answers_reading', None), ('informed', ''), ('ordered', '')), _connector='OR'), name='event_response_agrees'),
        ),
        migrations.AddConstraint(
            model_name='event',
            constraint=models.CheckConstraint(condition=models.Q(('kind', 'review'), ('answers_dose', None), _connector='OR'), name='event_dose_reviewed'),
        ),
    ]
