import clinic.ids
import django.db.models.deletion
import django.db.models.expressions
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('clinic', '0003_sites_ask_for_more'),
        ('clinic', '__first__'),
        ('monitoring', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Call',
            fields=[
                ('id', models.UUIDField(default=clinic.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('seq', models.PositiveIntegerField()),
                ('recorded_at', models.DateTimeField()),
                ('at', models.DateTimeField(verbose_name='When')),
                ('late_reason', models.CharField(blank=True, max_length=300, verbose_name='Why entered late')),
                ('was_reached', models.BooleanField(verbose_name='Reached')),
                ('detail', models.CharField(max_length=1000, verbose_name='How the patient is, or what was tried')),
                ('has_slept', models.BooleanField(null=True, verbose_name='Restful sleep since')),
                ('has_driven', models.BooleanField(null=True, verbose_name='Drove or used machinery before it')),
                ('systolic', models.PositiveSmallIntegerField(null=True, verbose_name='Systolic')),
                ('diastolic', models.PositiveSmallIntegerField(null=True, verbose_name='Diastolic')),
                ('has_suicidal_thoughts', models.BooleanField(null=True, verbose_name='Suicidal thoughts')),
                ('had_adverse_event', models.BooleanField(null=True, verbose_name='Adverse event since leaving')),
            ],
            options={
                'ordering': ('seq',),
                'abstract': False,
                'constraints': [models.CheckConstraint(condition=models.Q(('detail__gt', ''), models.Q(models.Q(('had_adverse_event__isnull', False), ('has_driven__isnull', False), ('has_slept__isnull', False), ('has_suicidal_thoughts__isnull', False), ('was_reached', True)), models.Q(('diastolic', None), ('had_adverse_event', None), ('has_driven', None), ('has_slept', None), ('has_suicidal_thoughts', None), ('systolic', None), ('was_reached', False)), _connector='OR')), name='call_is_whole'), models.CheckConstraint(condition=models.Q(models.Q(('diastolic', None), ('systolic', None)), models.Q(('diastolic__isnull', False), ('systolic__isnull', False)), _connector='OR'), name='call_pressure_agrees')],
            },
        ),
        migrations.CreateModel(
            name='Order',
            fields=[
                ('id', models.UUIDField(default=clinic.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('seq', models.PositiveIntegerField()),
                ('recorded_at', models.DateTimeField()),
                ('mg', models.DecimalField(decimal_places=1, max_digits=6, verbose_name='Ordered (mg)')),
                ('treatment_phase', models.CharField(choices=[('induction', 'Weeks 1 to 4'), ('weeks_5_to_8', 'Weeks 5 to 8'), ('maintenance', 'Week 9 and later')], max_length=16, verbose_name='Phase of treatment')),
                ('reason', models.CharField(max_length=300, verbose_name='Why this dose')),
                ('printed_name', models.CharField(max_length=200)),
            ],
            options={
                'ordering': ('seq',),
                'abstract': False,
                'constraints': [models.CheckConstraint(condition=models.Q(('mg__gt', 0)), name='order_has_mg'), models.CheckConstraint(condition=models.Q(('treatment_phase__in', ('induction', 'weeks_5_to_8', 'maintenance'))), name='order_treatment_phase_known'), models.CheckConstraint(condition=models.Q(('reason__gt', '')), name='order_has_reason')],
            },
        ),
        migrations.CreateModel(
            name='Strike',
            fields=[
                ('id', models.UUIDField(default=clinic.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('seq', models.PositiveIntegerField()),
                ('recorded_at', models.DateTimeField()),
                ('noun', models.CharField(max_length=20)),
                ('target', models.UUIDField()),
                ('kind', models.CharField(choices=[('wrong_patient', 'Wrong patient'), ('wrong_time', 'Wrong time'), ('wrong_value', 'Wrong value'), ('entered_twice', 'Entered twice'), ('other', 'Other')], max_length=16, verbose_name='What was wrong')),
                ('reason', models.CharField(max_length=300, verbose_name='In a few words')),
                ('needs_confirmation', models.BooleanField()),
                ('printed_name', models.CharField(max_length=200)),
            ],
            options={
                'ordering': ('seq',),
                'abstract': False,
                'indexes': [models.Index(fields=['target'], name='strike_of_fact')],
                'constraints': [models.CheckConstraint(condition=models.Q(('kind__in', ('wrong_patient', 'wrong_time', 'wrong_value', 'entered_twice', 'other'))), name='strike_kind_known'), models.CheckConstraint(condition=models.Q(('noun__gt', ''), ('printed_name__gt', ''), ('reason__gt', '')), name='strike_is_whole')],
            },
        ),
        migrations.CreateModel(
            name='StrikeConfirmation',
            fields=[
                ('id', models.UUIDField(default=clinic.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('seq', models.PositiveIntegerField()),
                ('recorded_at', models.DateTimeField()),
                ('is_confirmed', models.BooleanField(verbose_name='Entered in error')),
                ('reason', models.CharField(blank=True, max_length=300, verbose_name='Reason')),
                ('printed_name', models.CharField(max_length=200)),
            ],
            options={
                'ordering': ('seq',),
                'abstract': False,
                'constraints': [models.CheckConstraint(condition=models.Q(('printed_name__gt', ''), models.Q(('is_confirmed', True), models.Q(('is_confirmed', False), ('reason__gt', '')), _connector='OR')), name='strikeconfirmation_is_whole')],
            },
        ),
        migrations.RemoveConstraint(
            model_name='accessentry',
            name='accessentry_action_known',
        ),
        migrations.RemoveConstraint(
            model_name='dose',
            name='dose_number_once',
        ),
        migrations.RemoveConstraint(
            model_name='dose',
            name='dose_number_possible',
        ),
        migrations.RemoveConstraint(
            model_name='event',
            name='event_kind_known',
        ),
        migrations.RemoveConstraint(
            model_name='event',
            name='event_response_agrees',
        ),
        migrations.RemoveConstraint(
            model_name='event',
            name='event_has_detail',
        ),
        migrations.RemoveConstraint(
            model_name='reading',
            name='reading_possible',
        ),
        migrations.RemoveConstraint(
            model_name='session',
            name='session_dosed_agrees',
        ),
        migrations.AddField(
            model_name='admission',
            name='contraindication_reason',
            field=models.CharField(blank=True, default='', max_length=300, verbose_name='Why a contraindication no longer stands'),
        ),
        migrations.AddField(
            model_name='admission',
            name='ergometrine',
            field=models.BooleanField(null=True, verbose_name='Ergometrine'),
        ),
        migrations.AddField(
            model_name='admission',
            name='escort_name',
            field=models.CharField(blank=True, max_length=120, verbose_name='Who takes the patient home'),
        ),
        migrations.AddField(
            model_name='admission',
            name='escort_phone',
            field=models.CharField(blank=True, max_length=40, verbose_name='Their telephone'),
        ),
        migrations.AddField(
            model_name='admission',
            name='pregnancy',
            field=models.BooleanField(null=True, verbose_name='Pregnant, or may be pregnant'),
        ),
        migrations.AddField(
            model_name='admission',
            name='recent_cardiovascular_event',
            field=models.BooleanField(null=True, verbose_name='Cardiovascular event, such as a heart attack, within 6 weeks'),
        ),
        migrations.AddField(
            model_name='admission',
            name='thyroid_hormone',
            field=models.BooleanField(null=True, verbose_name='Thyroid hormone'),
        ),
        migrations.AddField(
            model_name='admission',
            name='vasopressin',
            field=models.BooleanField(null=True, verbose_name='Vasopressin'),
        ),
        migrations.AddField(
            model_name='admission',
            name='watch_limit',
            field=models.PositiveSmallIntegerField(null=True),
        ),
        migrations.AddField(
            model_name='admission',
            name='watches',
            field=models.PositiveSmallIntegerField(null=True),
        ),
        migrations.AddField(
            model_name='admission',
            name='xanthine',
            field=models.BooleanField(null=True, verbose_name='Xanthine, such as theophylline'),
        ),
        migrations.AddField(
            model_name='clearance',
            name='identified_by',
            field=models.CharField(blank=True, choices=[('birth_date', 'Date of birth'), ('mrn', 'MRN')], default='', max_length=10, verbose_name='Checked with the patient'),
        ),
        migrations.AddField(
            model_name='decision',
            name='history',
            field=models.JSONField(default=list),
        ),
        migrations.AddField(
            model_name='dose',
            name='complaint',
            field=models.CharField(blank=True, max_length=80, verbose_name='Product complaint'),
        ),
        migrations.AddField(
            model_name='dose',
            name='correction_reason',
            field=models.CharField(blank=True, max_length=300, verbose_name='Why corrected'),
        ),
        migrations.AddField(
            model_name='dose',
            name='identified_by',
            field=models.CharField(blank=True, choices=[('birth_date', 'Date of birth'), ('mrn', 'MRN')], default='', max_length=10, verbose_name='Checked with the patient'),
        ),
        migrations.AddField(
            model_name='dose',
            name='rate',
            field=models.DecimalField(decimal_places=1, max_digits=6, null=True, verbose_name='Rate (mL/h)'),
        ),
        migrations.AddField(
            model_name='dose',
            name='replaces',
            field=models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='replaced_by', to='monitoring.dose'),
        ),
        migrations.AddField(
            model_name='dose',
            name='sprays',
            field=models.PositiveSmallIntegerField(null=True, verbose_name='Sprays given'),
        ),
        migrations.AddField(
            model_name='doseend',
            name='kind',
            field=models.CharField(choices=[('paused', 'Paused'), ('ended', 'Ended')], default='ended', max_length=6),
        ),
        migrations.AddField(
            model_name='event',
            name='accepts',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='acceptances', to='monitoring.event'),
        ),
        migrations.AddField(
            model_name='event',
            name='after_departure',
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name='event',
            name='amount',
            field=models.DecimalField(decimal_places=3, max_digits=9, null=True, verbose_name='Dose'),
        ),
        migrations.AddField(
            model_name='event',
            name='correction_reason',
            field=models.CharField(blank=True, max_length=300, verbose_name='Why corrected'),
        ),
        migrations.AddField(
            model_name='event',
            name='cssrs_1',
            field=models.BooleanField(null=True),
        ),
        migrations.AddField(
            model_name='event',
            name='cssrs_2',
            field=models.BooleanField(null=True),
        ),
        migrations.AddField(
            model_name='event',
            name='cssrs_3',
            field=models.BooleanField(null=True),
        ),
        migrations.AddField(
            model_name='event',
            name='cssrs_4',
            field=models.BooleanField(null=True),
        ),
        migrations.AddField(
            model_name='event',
            name='cssrs_5',
            field=models.BooleanField(null=True),
        ),
        migrations.AddField(
            model_name='event',
            name='cssrs_6',
            field=models.BooleanField(null=True),
        ),
        migrations.AddField(
            model_name='event',
            name='drug',
            field=models.CharField(blank=True, max_length=120, verbose_name='Drug'),
        ),
        migrations.AddField(
            model_name='event',
            name='handed_from',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='event',
            name='handed_from_name',
            field=models.CharField(blank=True, max_length=200),
        ),
        migrations.AddField(
            model_name='event',
            name='handed_to',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='event',
            name='handed_to_name',
            field=models.CharField(blank=True, max_length=200),
        ),
        migrations.AddField(
            model_name='event',
            name='hands_over',
            field=models.CharField(blank=True, choices=[('prescriber', 'Prescriber on site'), ('observer', 'Who watches the patient')], max_length=10, verbose_name='What is handed over'),
        ),
        migrations.AddField(
            model_name='event',
            name='not_done',
            field=models.CharField(blank=True, max_length=16, verbose_name='Why it was not done'),
        ),
        migrations.AddField(
            model_name='event',
            name='ordered_by',
            field=models.CharField(blank=True, max_length=200, verbose_name='Ordered by'),
        ),
        migrations.AddField(
            model_name='event',
            name='phq9_item9',
            field=models.PositiveSmallIntegerField(null=True, verbose_name='PHQ-9 item 9'),
        ),
        migrations.AddField(
            model_name='event',
            name='phq9_total',
            field=models.PositiveSmallIntegerField(null=True, verbose_name='PHQ-9 total'),
        ),
        migrations.AddField(
            model_name='event',
            name='repeat_minutes',
            field=models.PositiveSmallIntegerField(null=True, verbose_name='Repeat in'),
        ),
        migrations.AddField(
            model_name='event',
            name='replaces',
            field=models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='replaced_by', to='monitoring.event'),
        ),
        migrations.AddField(
            model_name='event',
            name='route',
            field=models.CharField(blank=True, choices=[('oral', 'By mouth'), ('sublingual', 'Under the tongue'), ('intravenous', 'Intravenous'), ('intramuscular', 'Intramuscular'), ('subcutaneous', 'Subcutaneous'), ('nasal', 'Nasal'), ('inhaled', 'Inhaled'), ('transdermal', 'On the skin'), ('rectal', 'Rectal')], max_length=16, verbose_name='Route'),
        ),
        migrations.AddField(
            model_name='event',
            name='unit',
            field=models.CharField(blank=True, choices=[('mg', 'mg'), ('microgram', 'microgram'), ('g', 'g'), ('ml', 'mL'), ('unit', 'units'), ('puff', 'puffs'), ('tablet', 'tablets')], max_length=12, verbose_name='Unit'),
        ),
        migrations.AddField(
            model_name='event',
            name='watch_limit',
            field=models.PositiveSmallIntegerField(null=True),
        ),
        migrations.AddField(
            model_name='event',
            name='watches',
            field=models.PositiveSmallIntegerField(null=True),
        ),
        migrations.AddField(
            model_name='reading',
            name='oxygen',
            field=models.DecimalField(decimal_places=1, max_digits=3, null=True, verbose_name='Oxygen'),
        ),
        migrations.AddField(
            model_name='session',
            name='beyond_reason',
            field=models.CharField(blank=True, max_length=300),
        ),
        migrations.AddField(
            model_name='session',
            name='concentration',
            field=models.DecimalField(decimal_places=1, max_digits=5, null=True),
        ),
        migrations.AddField(
            model_name='session',
            name='infusion_minutes',
            field=models.PositiveSmallIntegerField(null=True),
        ),
        migrations.AddField(
            model_name='session',
            name='mg_per_kg',
            field=models.DecimalField(decimal_places=2, max_digits=4, null=True),
        ),
        migrations.AddField(
            model_name='session',
            name='observer',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='session',
            name='planned_reason',
            field=models.CharField(blank=True, max_length=300),
        ),
        migrations.AddField(
            model_name='session',
            name='treatment_phase',
            field=models.CharField(blank=True, max_length=16),
        ),
        migrations.AddField(
            model_name='session',
            name='weight_kg',
            field=models.DecimalField(decimal_places=1, max_digits=4, null=True),
        ),
        migrations.AlterField(
            model_name='accessentry',
            name='action',
            field=models.CharField(choices=[('listed', 'Listed'), ('opened', 'Opened'), ('printed', 'Printed'), ('exported', 'Exported'), ('matched', 'Compared with the patient')], max_length=8),
        ),
        migrations.AlterField(
            model_name='departure',
            name='escort_name',
            field=models.CharField(blank=True, max_length=120, verbose_name='Handed over to'),
        ),
        migrations.AlterField(
            model_name='departure',
            name='escort_phone',
            field=models.CharField(blank=True, max_length=40, verbose_name='Their telephone'),
        ),
        migrations.AlterField(
            model_name='event',
            name='kind',
            field=models.CharField(choices=[('symptom', 'Symptom'), ('intervention', 'Intervention'), ('medication', 'Medication'), ('handover', 'Handover'), ('acceptance', 'Handover accepted'), ('response', 'Response'), ('adverse_event', 'Adverse event'), ('resolution', 'Resolution'), ('note', 'Note'), ('screen', 'Suicidality screen'), ('review', "Clinician's review"), ('effect', 'Effect of a medication')], max_length=16, verbose_name='What'),
        ),
        migrations.AlterField(
            model_name='event',
            name='resolves',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='resolutions', to='monitoring.event'),
        ),
        migrations.AddIndex(
            model_name='event',
            index=models.Index(condition=models.Q(('after_departure', True)), fields=['session'], name='event_after_leaving'),
        ),
        migrations.AddConstraint(
            model_name='accessentry',
            constraint=models.CheckConstraint(condition=models.Q(('action__in', ('listed', 'opened', 'printed', 'exported', 'matched'))), name='accessentry_action_known'),
        ),
        migrations.AddConstraint(
            model_name='clearance',
            constraint=models.CheckConstraint(condition=models.Q(('identified_by__in', ('', 'birth_date', 'mrn'))), name='clearance_identifier_known'),
        ),
        migrations.AddConstraint(
            model_name='dose',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('correction_reason', ''), ('replaces', None)), models.Q(('correction_reason__gt', ''), ('replaces__isnull', False)), _connector='OR'), name='dose_correction_has_reason'),
        ),
        migrations.AddConstraint(
            model_name='dose',
            constraint=models.CheckConstraint(condition=models.Q(('number__gte', 1)), name='dose_number_possible'),
        ),
        migrations.AddConstraint(
            model_name='dose',
            constraint=models.CheckConstraint(condition=models.Q(('identified_by__in', ('', 'birth_date', 'mrn'))), name='dose_identifier_known'),
        ),
        migrations.AddConstraint(
            model_name='dose',
            constraint=models.CheckConstraint(condition=models.Q(('sprays', None), models.Q(('is_complete', True), ('sprays', 2)), models.Q(('is_complete', False), ('sprays__in', (0, 1))), _connector='OR'), name='dose_sprays_agree'),
        ),
        migrations.AddConstraint(
            model_name='dose',
            constraint=models.CheckConstraint(condition=models.Q(('complaint', ''), ('sprays__in', (0, 1)), _connector='OR'), name='dose_complaint_has_cause'),
        ),
        migrations.AddConstraint(
            model_name='dose',
            constraint=models.CheckConstraint(condition=models.Q(('rate', None), ('rate__gt', 0), _connector='OR'), name='dose_rate_flows'),
        ),
        migrations.AddConstraint(
            model_name='doseend',
            constraint=models.CheckConstraint(condition=models.Q(('kind', 'ended'), models.Q(('is_complete', False), ('kind', 'paused')), _connector='OR'), name='doseend_kind_known'),
        ),
        migrations.AddConstraint(
            model_name='event',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('correction_reason', ''), ('replaces', None)), models.Q(('correction_reason__gt', ''), ('replaces__isnull', False)), _connector='OR'), name='event_correction_has_reason'),
        ),
        migrations.AddConstraint(
            model_name='event',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ('symptom', 'intervention', 'medication', 'handover', 'acceptance', 'response', 'adverse_event', 'resolution', 'note', 'screen', 'review', 'effect'))), name='event_kind_known'),
        ),
        migrations.AddConstraint(
            model_name='event',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('informed__gt', ''), ('kind', 'response'), ('ordered__gt', ''), models.Q(models.Q(('answers_event', None), ('answers_reading__isnull', False)), models.Q(('answers_event__isnull', False), ('answers_reading', None)), _connector='OR')), models.Q(('answers_event__isnull', False), ('answers_reading', None), ('informed__gt', ''), ('kind', 'review'), ('ordered__gt', '')), models.Q(('answers_event__isnull', False), ('answers_reading', None), ('informed', ''), ('kind', 'effect'), ('ordered', '')), models.Q(models.Q(('kind__in', ('response', 'review', 'effect')), _negated=True), ('answers_event', None), ('answers_reading', None), ('informed', ''), ('ordered', '')), _connector='OR'), name='event_response_agrees'),
        ),
        migrations.AddConstraint(
            model_name='event',
            constraint=models.CheckConstraint(condition=models.Q(('repeat_minutes', None), models.Q(('kind', 'response'), ('repeat_minutes__gte', 1), ('repeat_minutes__lte', 60)), _connector='OR'), name='event_repeat_agrees'),
        ),
        migrations.AddConstraint(
            model_name='event',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ('response', 'symptom', 'acceptance', 'screen')), ('hands_over__gt', ''), ('detail__gt', ''), _connector='OR'), name='event_has_detail'),
        ),
        migrations.AddConstraint(
            model_name='event',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('handed_to__isnull', False), ('handed_to_name__gt', ''), ('hands_over__in', ('prescriber', 'observer')), ('kind', 'handover'), models.Q(('handed_from', None), models.Q(('handed_from', models.F('handed_to')), _negated=True), _connector='OR')), models.Q(('handed_from', None), ('handed_from_name', ''), ('handed_to', None), ('handed_to_name', ''), ('hands_over', '')), _connector='OR'), name='event_handover_agrees'),
        ),
        migrations.AddConstraint(
            model_name='event',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('accepts__isnull', False), ('kind', 'acceptance')), models.Q(models.Q(('kind', 'acceptance'), _negated=True), ('accepts', None)), _connector='OR'), name='event_acceptance_agrees'),
        ),
        migrations.AddConstraint(
            model_name='event',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('kind', 'screen'), models.Q(models.Q(('not_done', ''), models.Q(('phq9_item9__isnull', False), ('cssrs_6__isnull', False), _connector='OR'), models.Q(models.Q(('phq9_item9', None), ('phq9_total', None)), models.Q(('phq9_item9__range', (0, 3)), models.Q(('phq9_total', None), models.Q(('phq9_total__gte', models.F('phq9_item9')), ('phq9_total__lte', django.db.models.expressions.CombinedExpression(models.F('phq9_item9'), '+', models.Value(24)))), _connector='OR')), _connector='OR')), models.Q(('cssrs_1', None), ('cssrs_2', None), ('cssrs_3', None), ('cssrs_4', None), ('cssrs_5', None), ('cssrs_6', None), ('not_done__gt', ''), ('phq9_item9', None), ('phq9_total', None)), _connector='OR')), models.Q(models.Q(('kind', 'screen'), _negated=True), ('cssrs_1', None), ('cssrs_2', None), ('cssrs_3', None), ('cssrs_4', None), ('cssrs_5', None), ('cssrs_6', None), ('not_done', ''), ('phq9_item9', None), ('phq9_total', None)), _connector='OR'), name='event_screen_agrees'),
        ),
        migrations.AddConstraint(
            model_name='event',
            constraint=models.CheckConstraint(condition=models.Q(('kind', 'medication'), models.Q(('amount', None), ('drug', ''), ('ordered_by', ''), ('route', ''), ('unit', '')), _connector='OR'), name='event_medication_agrees'),
        ),
        migrations.AddConstraint(
            model_name='reading',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('systolic__isnull', True), models.Q(('systolic__gte', 50), ('systolic__lte', 300)), _connector='OR'), models.Q(('diastolic__isnull', True), models.Q(('diastolic__gte', 20), ('diastolic__lte', 200)), _connector='OR'), models.Q(('heart_rate__isnull', True), models.Q(('heart_rate__gte', 10), ('heart_rate__lte', 300)), _connector='OR'), models.Q(('spo2__isnull', True), models.Q(('spo2__gte', 1), ('spo2__lte', 100)), _connector='OR'), models.Q(('oxygen__isnull', True), models.Q(('oxygen__gte', 0), ('oxygen__lte', 99)), _connector='OR'), models.Q(('respiratory_rate__isnull', True), models.Q(('respiratory_rate__gte', 1), ('respiratory_rate__lte', 99)), _connector='OR')), name='reading_possible'),
        ),
        migrations.AddConstraint(
            model_name='reading',
            constraint=models.CheckConstraint(condition=models.Q(('oxygen', None), ('spo2__isnull', False), ('spo2_not_done__gt', ''), _connector='OR'), name='reading_oxygen_beside_spo2'),
        ),
        migrations.AddConstraint(
            model_name='session',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('first_dose_at', None), ('phase__in', ('planned', 'arrived', 'cancelled'))), models.Q(('first_dose_at__isnull', False), ('phase__in', ('dosing', 'observing', 'cleared'))), ('phase', 'closed'), _connector='OR'), name='session_dosed_agrees'),
        ),
        migrations.AddField(
            model_name='call',
            name='recorded_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='call',
            name='session',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='monitoring.session'),
        ),
        migrations.AddField(
            model_name='order',
            name='recorded_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='order',
            name='session',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='monitoring.session'),
        ),
        migrations.AddField(
            model_name='strike',
            name='recorded_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='strike',
            name='session',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='monitoring.session'),
        ),
        migrations.AddField(
            model_name='strikeconfirmation',
            name='recorded_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='strikeconfirmation',
            name='session',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='monitoring.session'),
        ),
        migrations.AddField(
            model_name='strikeconfirmation',
            name='strike',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='confirmation', to='monitoring.strike'),
        ),
        migrations.AddConstraint(
            model_name='call',
            constraint=models.UniqueConstraint(fields=('session', 'seq'), name='call_seq_once'),
        ),
        migrations.AddConstraint(
            model_name='order',
            constraint=models.UniqueConstraint(fields=('session', 'seq'), name='order_seq_once'),
        ),
        migrations.AddIndex(
            model_name='strike',
            index=models.Index(condition=models.Q(('needs_confirmation', True)), fields=['session'], name='strike_may_wait'),
        ),
        migrations.AddConstraint(
            model_name='strike',
            constraint=models.UniqueConstraint(fields=('session', 'seq'), name='strike_seq_once'),
        ),
        migrations.AddConstraint(
            model_name='strikeconfirmation',
            constraint=models.UniqueConstraint(fields=('session', 'seq'), name='strikeconfirmation_seq_once'),
        ),
    ]
