
import clinic.ids
import django.db.models.deletion
import django.db.models.functions.text
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('clinic', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Clearance',
            fields=[
                ('id', models.UUIDField(default=clinic.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('through_seq', models.PositiveIntegerField()),
                ('printed_name', models.CharField(max_length=200)),
                ('signed_at', models.DateTimeField()),
                ('meaning', models.CharField(max_length=120)),
                ('statement', models.TextField()),
                ('checklist', models.JSONField()),
                ('justifications', models.JSONField(default=dict)),
                ('ready_minutes', models.PositiveSmallIntegerField(null=True)),
                ('proof', models.CharField(blank=True, choices=[('password', 'Password'), ('passkey', 'Passkey')], max_length=8)),
                ('content_digest', models.CharField(blank=True, max_length=64)),
                ('chain_head', models.CharField(blank=True, max_length=64)),
                ('signed_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='clearances', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ('through_seq',),
            },
        ),
        migrations.CreateModel(
            name='Decision',
            fields=[
                ('id', models.UUIDField(default=clinic.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('seq', models.PositiveIntegerField()),
                ('recorded_at', models.DateTimeField()),
                ('outcome', models.CharField(choices=[('give', 'Give the dose'), ('delay', 'Delay the dose'), ('do_not_give', 'Do not give')], max_length=12, verbose_name='Decision')),
                ('reason', models.CharField(max_length=500, verbose_name='Reason')),
                ('printed_name', models.CharField(max_length=200)),
                ('recorded_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ('seq',),
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Patient',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('mrn', models.CharField(max_length=40, verbose_name='MRN')),
                ('family_name', models.CharField(max_length=120, verbose_name='Family name')),
                ('given_name', models.CharField(blank=True, max_length=120, verbose_name='Given name')),
                ('date_of_birth', models.DateField(verbose_name='Date of birth')),
                ('sex', models.CharField(choices=[('female', 'Female'), ('male', 'Male'), ('other', 'Other'), ('unknown', 'Not known')], max_length=10, verbose_name='Sex')),
                ('allergies', models.CharField(blank=True, max_length=300, verbose_name='Allergies')),
                ('cautions', models.CharField(blank=True, max_length=300, verbose_name='Standing cautions')),
                ('rems_enrolled_on', models.DateField(blank=True, null=True, verbose_name='REMS enrolment date')),
                ('telephone', models.CharField(blank=True, max_length=40, verbose_name='Telephone')),
                ('search_name', models.CharField(editable=False, max_length=1000)),
                ('created_at', models.DateTimeField()),
                ('amended', models.PositiveIntegerField(default=0, editable=False)),
                ('site', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='patients', to='clinic.site')),
            ],
            options={
                'ordering': ('family_name', 'given_name', 'mrn'),
            },
        ),
        migrations.CreateModel(
            name='PatientAmendment',
            fields=[
                ('id', models.UUIDField(default=clinic.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('number', models.PositiveIntegerField()),
                ('changes', models.JSONField()),
                ('reason', models.CharField(max_length=300, verbose_name='Reason')),
                ('recorded_at', models.DateTimeField()),
                ('patient', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='amendments', to='monitoring.patient')),
                ('recorded_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'amendment of a patient',
                'ordering': ('number',),
            },
        ),
        migrations.CreateModel(
            name='ProtocolVersion',
            fields=[
                ('id', models.UUIDField(default=clinic.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('key', models.CharField(max_length=40)),
                ('version', models.PositiveIntegerField()),
                ('title', models.CharField(max_length=120)),
                ('body', models.JSONField()),
                ('published_at', models.DateTimeField()),
                ('reason', models.TextField(blank=True, default='')),
                ('published_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('replaces', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='replaced_by', to='monitoring.protocolversion')),
                ('site', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='own_protocols', to='clinic.site')),
            ],
            options={
                'ordering': ('key', '-version'),
            },
        ),
        migrations.CreateModel(
            name='Reading',
            fields=[
                ('id', models.UUIDField(default=clinic.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('seq', models.PositiveIntegerField()),
                ('recorded_at', models.DateTimeField()),
                ('taken_at', models.DateTimeField(verbose_name='Taken at')),
                ('slot', models.PositiveSmallIntegerField(null=True)),
                ('systolic', models.PositiveSmallIntegerField(null=True, verbose_name='Systolic')),
                ('diastolic', models.PositiveSmallIntegerField(null=True, verbose_name='Diastolic')),
                ('blood_pressure_not_done', models.CharField(blank=True, choices=[('not_done', 'Not done'), ('refused', 'Patient declined'), ('unable', 'Unable to measure'), ('device_failure', 'Device failure')], max_length=16, verbose_name='Blood pressure not done')),
                ('heart_rate', models.PositiveSmallIntegerField(null=True, verbose_name='Heart rate')),
                ('heart_rate_not_done', models.CharField(blank=True, choices=[('not_done', 'Not done'), ('refused', 'Patient declined'), ('unable', 'Unable to measure'), ('device_failure', 'Device failure')], max_length=16, verbose_name='Heart rate not done')),
                ('spo2', models.PositiveSmallIntegerField(null=True, verbose_name='SpO₂')),
                ('spo2_not_done', models.CharField(blank=True, choices=[('not_done', 'Not done'), ('refused', 'Patient declined'), ('unable', 'Unable to measure'), ('device_failure', 'Device failure')], max_length=16, verbose_name='SpO₂ not done')),
                ('respiratory_rate', models.PositiveSmallIntegerField(null=True, verbose_name='Respiratory rate')),
                ('respiratory_rate_not_done', models.CharField(blank=True, choices=[('not_done', 'Not done'), ('refused', 'Patient declined'), ('unable', 'Unable to measure'), ('device_failure', 'Device failure')], max_length=16, verbose_name='Respiratory rate not done')),
                ('sedation', models.PositiveSmallIntegerField(null=True, verbose_name='Sedation')),
                ('sedation_scale', models.CharField(blank=True, max_length=40)),
                ('sedation_not_done', models.CharField(blank=True, choices=[('not_done', 'Not done'), ('refused', 'Patient declined'), ('unable', 'Unable to measure'), ('device_failure', 'Device failure')], max_length=16, verbose_name='Sedation not done')),
                ('dissociation', models.PositiveSmallIntegerField(null=True, verbose_name='Dissociation')),
                ('dissociation_scale', models.CharField(blank=True, max_length=40)),
                ('dissociation_not_done', models.CharField(blank=True, choices=[('not_done', 'Not done'), ('refused', 'Patient declined'), ('unable', 'Unable to measure'), ('device_failure', 'Device failure')], max_length=16, verbose_name='Dissociation not done')),
                ('confirmed', models.JSONField(default=list)),
                ('note', models.CharField(blank=True, max_length=500, verbose_name='Note')),
                ('late_reason', models.CharField(blank=True, max_length=300, verbose_name='Why entered late')),
                ('correction_reason', models.CharField(blank=True, max_length=300, verbose_name='Why corrected')),
                ('after_departure', models.BooleanField(default=False)),
                ('recorded_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('replaces', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='replaced_by', to='monitoring.reading')),
            ],
            options={
                'ordering': ('seq',),
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Dose',
            fields=[
                ('id', models.UUIDField(default=clinic.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('seq', models.PositiveIntegerField()),
                ('recorded_at', models.DateTimeField()),
                ('number', models.PositiveSmallIntegerField()),
                ('product', models.CharField(max_length=80)),
                ('mg', models.DecimalField(decimal_places=1, max_digits=6)),
                ('lot', models.CharField(max_length=40, verbose_name='Lot number')),
                ('expiry', models.DateField(verbose_name='Expiry date')),
                ('started_at', models.DateTimeField(verbose_name='Given at')),
                ('is_complete', models.BooleanField(null=True, verbose_name='Complete')),
                ('partial_detail', models.CharField(blank=True, max_length=300, verbose_name='What was not given')),
                ('early_reason', models.CharField(blank=True, max_length=300, verbose_name='Why earlier than five minutes after the last device')),
                ('late_reason', models.CharField(blank=True, max_length=300, verbose_name='Why entered late')),
                ('decision', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='doses', to='monitoring.decision')),
                ('recorded_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('witness', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('predose_reading', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='doses', to='monitoring.reading')),
            ],
            options={
                'ordering': ('seq',),
                'abstract': False,
            },
        ),
        migrations.AddField(
            model_name='decision',
            name='reading',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='decisions', to='monitoring.reading'),
        ),
        migrations.CreateModel(
            name='Session',
            fields=[
                ('id', models.UUIDField(default=clinic.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('phase', models.CharField(choices=[('planned', 'Planned'), ('arrived', 'Arrived'), ('dosing', 'Dosing'), ('observing', 'Observing'), ('cleared', 'Cleared'), ('closed', 'Closed'), ('cancelled', 'Not dosed')], default='planned', max_length=10)),
                ('planned_for', models.DateTimeField()),
                ('planned_mg', models.DecimalField(decimal_places=1, max_digits=6)),
                ('indication', models.CharField(choices=[('trd', 'Treatment-resistant depression'), ('mdsi', 'Depression with acute suicidal ideation or behaviour')], default='trd', max_length=10)),
                ('is_first_treatment', models.BooleanField()),
                ('room', models.CharField(blank=True, max_length=40)),
                ('planned_at', models.DateTimeField()),
                ('admitted_at', models.DateTimeField(null=True)),
                ('cancelled_at', models.DateTimeField(null=True)),
                ('cancel_reason', models.CharField(blank=True, max_length=300)),
                ('last_seq', models.PositiveIntegerField(default=0)),
                ('first_dose_at', models.DateTimeField(null=True)),
                ('last_dose_at', models.DateTimeField(null=True)),
                ('given_mg', models.DecimalField(decimal_places=1, default=0, max_digits=6)),
                ('closed_at', models.DateTimeField(null=True)),
                ('outcome', models.CharField(blank=True, max_length=20)),
                ('peak_systolic', models.PositiveSmallIntegerField(null=True)),
                ('peak_diastolic', models.PositiveSmallIntegerField(null=True)),
                ('deviation_count', models.PositiveIntegerField(default=0)),
                ('cancelled_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('patient', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='sessions', to='monitoring.patient')),
                ('planned_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('prescriber', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('protocol_version', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='sessions', to='monitoring.protocolversion')),
                ('site', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='sessions', to='clinic.site')),
                ('standing_clearance', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='monitoring.clearance')),
            ],
            options={
                'ordering': ('-planned_for',),
            },
        ),
        migrations.CreateModel(
            name='Review',
            fields=[
                ('id', models.UUIDField(default=clinic.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('seq', models.PositiveIntegerField()),
                ('recorded_at', models.DateTimeField()),
                ('assessment', models.CharField(max_length=500, verbose_name='Assessment')),
                ('action_taken', models.CharField(max_length=500, verbose_name='What was done')),
                ('printed_name', models.CharField(max_length=200)),
                ('reading', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='review', to='monitoring.reading')),
                ('recorded_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('session', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='monitoring.session')),
            ],
            options={
                'ordering': ('seq',),
                'abstract': False,
            },
        ),
        migrations.AddField(
            model_name='reading',
            name='session',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='monitoring.session'),
        ),
        migrations.CreateModel(
            name='Event',
            fields=[
                ('id', models.UUIDField(default=clinic.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('seq', models.PositiveIntegerField()),
                ('recorded_at', models.DateTimeField()),
                ('kind', models.CharField(choices=[('symptom', 'Symptom'), ('intervention', 'Intervention'), ('medication', 'Medication'), ('handover', 'Handover'), ('response', 'Response'), ('adverse_event', 'Adverse event'), ('resolution', 'Resolution'), ('note', 'Note')], max_length=16, verbose_name='What')),
                ('at', models.DateTimeField(verbose_name='When')),
                ('late_reason', models.CharField(blank=True, max_length=300, verbose_name='Why entered late')),
                ('detail', models.CharField(blank=True, max_length=1000, verbose_name='Detail')),
                ('symptoms', models.JSONField(default=list, verbose_name='Symptoms')),
                ('informed', models.CharField(blank=True, max_length=200, verbose_name='Who was informed')),
                ('ordered', models.CharField(blank=True, max_length=500, verbose_name='What was ordered')),
                ('is_serious', models.BooleanField(null=True, verbose_name='Serious')),
                ('onset_at', models.DateTimeField(null=True, verbose_name='Onset')),
                ('answers_event', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='responses', to='monitoring.event')),
                ('recorded_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('resolves', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='resolved_by', to='monitoring.event')),
                ('answers_reading', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='responses', to='monitoring.reading')),
                ('session', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='monitoring.session')),
            ],
            options={
                'ordering': ('seq',),
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='DoseEnd',
            fields=[
                ('id', models.UUIDField(default=clinic.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('seq', models.PositiveIntegerField()),
                ('recorded_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(verbose_name='Ended at')),
                ('mg', models.DecimalField(decimal_places=1, max_digits=6, verbose_name='Given (mg)')),
                ('is_complete', models.BooleanField(verbose_name='Complete')),
                ('partial_detail', models.CharField(blank=True, max_length=300, verbose_name='What was not given')),
                ('late_reason', models.CharField(blank=True, max_length=300, verbose_name='Why entered late')),
                ('dose', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='end', to='monitoring.dose')),
                ('recorded_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('session', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='monitoring.session')),
            ],
            options={
                'ordering': ('seq',),
                'abstract': False,
            },
        ),
        migrations.AddField(
            model_name='dose',
            name='session',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='monitoring.session'),
        ),
        migrations.CreateModel(
            name='Departure',
            fields=[
                ('id', models.UUIDField(default=clinic.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(choices=[('discharged', 'Discharged'), ('transferred', 'Transferred to emergency care'), ('against_advice', 'Left against advice'), ('left_unseen', 'Left without being seen off')], max_length=16, verbose_name='How the patient leaves')),
                ('left_at', models.DateTimeField(verbose_name='Left at')),
                ('recorded_at', models.DateTimeField()),
                ('escort_name', models.CharField(blank=True, max_length=120, verbose_name='Escort')),
                ('escort_phone', models.CharField(blank=True, max_length=40, verbose_name="Escort's telephone")),
                ('no_escort_reason', models.CharField(blank=True, max_length=300, verbose_name='Why there is no escort')),
                ('transport', models.CharField(blank=True, max_length=120, verbose_name='Transport')),
                ('advice_given', models.BooleanField(null=True, verbose_name='Advice given again')),
                ('destination', models.CharField(blank=True, max_length=200, verbose_name='Transferred to')),
                ('reason', models.CharField(blank=True, max_length=500, verbose_name='Reason')),
                ('clinician_informed', models.CharField(blank=True, max_length=200, verbose_name='Clinician informed')),
                ('had_serious_event', models.BooleanField(null=True, verbose_name='Serious adverse event')),
                ('serious_event_detail', models.CharField(blank=True, max_length=500, verbose_name='What the serious adverse event was')),
                ('last_seen_at', models.DateTimeField(null=True, verbose_name='Last seen at')),
                ('noticed_by', models.CharField(blank=True, max_length=200, verbose_name='Who noticed')),
                ('late_reason', models.CharField(blank=True, max_length=300, verbose_name='Why entered late')),
                ('clearance', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='departure', to='monitoring.clearance')),
                ('recorded_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('session', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, to='monitoring.session')),
            ],
            options={
                'ordering': ('recorded_at',),
            },
        ),
        migrations.AddField(
            model_name='decision',
            name='session',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='monitoring.session'),
        ),
        migrations.AddField(
            model_name='clearance',
            name='session',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='monitoring.session'),
        ),
        migrations.CreateModel(
            name='Amendment',
            fields=[
                ('id', models.UUIDField(default=clinic.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('seq', models.PositiveIntegerField()),
                ('recorded_at', models.DateTimeField()),
                ('about', models.CharField(choices=[('session', 'Session as a whole'), ('admission', 'Arrival'), ('decision', 'Decision'), ('dose', 'Dose'), ('reading', 'Reading'), ('event', 'Event'), ('clearance', 'Clearance'), ('departure', 'Departure')], max_length=10, verbose_name='About')),
                ('about_id', models.UUIDField(null=True)),
                ('text', models.CharField(max_length=1000, verbose_name='Amendment')),
                ('reason', models.CharField(max_length=300, verbose_name='Reason')),
                ('printed_name', models.CharField(max_length=200)),
                ('recorded_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('session', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='monitoring.session')),
            ],
            options={
                'ordering': ('seq',),
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Admission',
            fields=[
                ('id', models.UUIDField(default=clinic.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('seq', models.PositiveIntegerField()),
                ('recorded_at', models.DateTimeField()),
                ('identifiers_confirmed', models.BooleanField(null=True, verbose_name='Name and date of birth confirmed with the patient')),
                ('aneurysmal_disease', models.BooleanField(null=True, verbose_name='Aneurysmal vascular disease or arteriovenous malformation')),
                ('intracerebral_haemorrhage', models.BooleanField(null=True, verbose_name='History of intracerebral haemorrhage')),
                ('hypersensitivity', models.BooleanField(null=True, verbose_name='Hypersensitivity to esketamine, ketamine or an excipient')),
                ('no_recent_food', models.BooleanField(null=True, verbose_name='No food for 2 hours')),
                ('no_recent_liquid', models.BooleanField(null=True, verbose_name='No liquids for 30 minutes')),
                ('no_recent_nasal', models.BooleanField(null=True, verbose_name='No nasal corticosteroid or decongestant for 1 hour')),
                ('fasting_reason', models.CharField(blank=True, max_length=300, verbose_name='Why go on')),
                ('benzodiazepine', models.BooleanField(null=True, verbose_name='Benzodiazepine')),
                ('hypnotic', models.BooleanField(null=True, verbose_name='Non-benzodiazepine sedative hypnotic')),
                ('opioid', models.BooleanField(null=True, verbose_name='Opioid')),
                ('stimulant', models.BooleanField(null=True, verbose_name='Psychostimulant')),
                ('maoi', models.BooleanField(null=True, verbose_name='MAO inhibitor')),
                ('alcohol', models.BooleanField(null=True, verbose_name='Alcohol')),
                ('transport_arranged', models.BooleanField(null=True, verbose_name='Someone else takes the patient home')),
                ('transport_reason', models.CharField(blank=True, max_length=300, verbose_name='How the patient gets home')),
                ('no_driving_advised', models.BooleanField(null=True, verbose_name='Advised not to drive or use machinery until the next day after a restful sleep')),
                ('prescriber_name', models.CharField(max_length=200)),
                ('prescriber', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='Prescriber on site')),
                ('recorded_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('session', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='monitoring.session')),
            ],
            options={
                'ordering': ('seq',),
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='AccessEntry',
            fields=[
                ('id', models.UUIDField(default=clinic.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('at', models.DateTimeField()),
                ('action', models.CharField(choices=[('listed', 'Listed'), ('opened', 'Opened'), ('printed', 'Printed'), ('exported', 'Exported')], max_length=8)),
                ('page', models.CharField(max_length=40)),
                ('device', models.CharField(blank=True, max_length=40)),
                ('address', models.GenericIPAddressField(null=True)),
                ('site', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='clinic.site')),
                ('staff', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('patient', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='monitoring.patient')),
                ('session', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='monitoring.session')),
            ],
            options={
                'ordering': ('-at', '-id'),
            },
        ),
        migrations.CreateModel(
            name='SiteProtocol',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('site', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='protocols', to='clinic.site')),
                ('version', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='sites', to='monitoring.protocolversion')),
            ],
            options={
                'ordering': ('version__key',),
            },
        ),
        migrations.CreateModel(
            name='Withdrawal',
            fields=[
                ('id', models.UUIDField(default=clinic.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('seq', models.PositiveIntegerField()),
                ('recorded_at', models.DateTimeField()),
                ('reason', models.CharField(max_length=500, verbose_name='Reason')),
                ('is_automatic', models.BooleanField(default=False)),
                ('clearance', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='withdrawal', to='monitoring.clearance')),
                ('recorded_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('session', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='monitoring.session')),
            ],
            options={
                'ordering': ('seq',),
                'abstract': False,
            },
        ),
        migrations.AddIndex(
            model_name='patient',
            index=models.Index(fields=['site', 'family_name', 'given_name'], name='patient_by_name'),
        ),
        migrations.AddIndex(
            model_name='patient',
            index=models.Index(fields=['site', 'search_name'], name='patient_by_search'),
        ),
        migrations.AddConstraint(
            model_name='patient',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('mrn', ''), _negated=True), models.Q(('family_name', ''), _negated=True)), name='patient_identified'),
        ),
        migrations.AddConstraint(
            model_name='patient',
            constraint=models.UniqueConstraint(django.db.models.functions.text.Upper('mrn'), name='patient_mrn_once'),
        ),
        migrations.AddConstraint(
            model_name='patientamendment',
            constraint=models.UniqueConstraint(fields=('patient', 'number'), name='patientamendment_once'),
        ),
        migrations.AddConstraint(
            model_name='patientamendment',
            constraint=models.CheckConstraint(condition=models.Q(('reason__gt', '')), name='patientamendment_why'),
        ),
        migrations.AddConstraint(
            model_name='protocolversion',
            constraint=models.UniqueConstraint(fields=('key', 'version'), name='protocol_version_once'),
        ),
        migrations.AddConstraint(
            model_name='protocolversion',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('reason', ''), ('replaces', None), ('site', None)), models.Q(('published_by__isnull', False), ('replaces__isnull', False), ('site__isnull', False), models.Q(('reason', ''), _negated=True)), _connector='OR'), name='protocol_change_has_a_reason'),
        ),
        migrations.AddIndex(
            model_name='session',
            index=models.Index(fields=['site', 'phase', 'planned_for'], name='session_on_board'),
        ),
        migrations.AddIndex(
            model_name='session',
            index=models.Index(fields=['site', '-planned_for'], name='session_by_date'),
        ),
        migrations.AddIndex(
            model_name='session',
            index=models.Index(fields=['patient', '-planned_for'], name='session_of_patient'),
        ),
        migrations.AddConstraint(
            model_name='session',
            constraint=models.UniqueConstraint(condition=models.Q(('phase__in', ('arrived', 'dosing', 'observing', 'cleared'))), fields=('patient',), name='session_one_open_per_patient'),
        ),
        migrations.AddConstraint(
            model_name='session',
            constraint=models.CheckConstraint(condition=models.Q(('phase__in', ('planned', 'arrived', 'dosing', 'observing', 'cleared', 'closed', 'cancelled'))), name='session_phase_known'),
        ),
        migrations.AddConstraint(
            model_name='session',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('admitted_at', None), ('phase', 'planned')), ('phase', 'cancelled'), models.Q(('admitted_at__isnull', False), ('phase__in', ('arrived', 'dosing', 'observing', 'cleared', 'closed'))), _connector='OR'), name='session_admitted_agrees'),
        ),
        migrations.AddConstraint(
            model_name='session',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('first_dose_at', None), ('phase__in', ('planned', 'arrived', 'cancelled'))), models.Q(('first_dose_at__isnull', False), ('phase__in', ('dosing', 'observing', 'cleared', 'closed'))), _connector='OR'), name='session_dosed_agrees'),
        ),
        migrations.AddConstraint(
            model_name='session',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('phase', 'cleared'), ('standing_clearance__isnull', False)), ('phase', 'closed'), models.Q(models.Q(('phase__in', ('cleared', 'closed')), _negated=True), ('standing_clearance', None)), _connector='OR'), name='session_cleared_agrees'),
        ),
        migrations.AddConstraint(
            model_name='session',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('closed_at__isnull', False), ('outcome__gt', ''), ('phase', 'closed')), models.Q(models.Q(('phase', 'closed'), _negated=True), ('closed_at', None), ('outcome', '')), _connector='OR'), name='session_closed_agrees'),
        ),
        migrations.AddConstraint(
            model_name='session',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('cancel_reason__gt', ''), ('cancelled_at__isnull', False), ('cancelled_by__isnull', False), ('phase', 'cancelled')), models.Q(models.Q(('phase', 'cancelled'), _negated=True), ('cancel_reason', ''), ('cancelled_at', None), ('cancelled_by', None)), _connector='OR'), name='session_cancelled_agrees'),
        ),
        migrations.AddConstraint(
            model_name='session',
            constraint=models.CheckConstraint(condition=models.Q(('planned_mg__gt', 0)), name='session_dose_ordered'),
        ),
        migrations.AddConstraint(
            model_name='session',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('first_dose_at', None), ('last_dose_at', None)), ('first_dose_at__isnull', False), _connector='OR'), name='session_doses_agree'),
        ),
        migrations.AddConstraint(
            model_name='review',
            constraint=models.UniqueConstraint(fields=('session', 'seq'), name='review_seq_once'),
        ),
        migrations.AddConstraint(
            model_name='review',
            constraint=models.CheckConstraint(condition=models.Q(('action_taken__gt', ''), ('assessment__gt', ''), ('printed_name__gt', '')), name='review_is_whole'),
        ),
        migrations.AddIndex(
            model_name='reading',
            index=models.Index(condition=models.Q(('after_departure', True)), fields=['session'], name='reading_after_leaving'),
        ),
        migrations.AddConstraint(
            model_name='reading',
            constraint=models.UniqueConstraint(fields=('session', 'seq'), name='reading_seq_once'),
        ),
        migrations.AddConstraint(
            model_name='reading',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(models.Q(('diastolic__isnull', True), ('systolic__isnull', True)), models.Q(('blood_pressure_not_done', ''), ('diastolic__isnull', False), ('systolic__isnull', False)), _connector='OR'), models.Q(('heart_rate__isnull', True), models.Q(('heart_rate__isnull', False), ('heart_rate_not_done', '')), _connector='OR'), models.Q(('spo2__isnull', True), models.Q(('spo2__isnull', False), ('spo2_not_done', '')), _connector='OR'), models.Q(('respiratory_rate__isnull', True), models.Q(('respiratory_rate__isnull', False), ('respiratory_rate_not_done', '')), _connector='OR'), models.Q(('sedation__isnull', True), models.Q(('sedation__isnull', False), ('sedation_not_done', '')), _connector='OR'), models.Q(('dissociation__isnull', True), models.Q(('dissociation__isnull', False), ('dissociation_not_done', '')), _connector='OR')), name='reading_value_or_reason'),
        ),
        migrations.AddConstraint(
            model_name='reading',
            constraint=models.CheckConstraint(condition=models.Q(('systolic__isnull', False), ('blood_pressure_not_done__gt', ''), ('heart_rate__isnull', False), ('heart_rate_not_done__gt', ''), ('spo2__isnull', False), ('spo2_not_done__gt', ''), ('respiratory_rate__isnull', False), ('respiratory_rate_not_done__gt', ''), ('sedation__isnull', False), ('sedation_not_done__gt', ''), ('dissociation__isnull', False), ('dissociation_not_done__gt', ''), _connector='OR'), name='reading_not_empty'),
        ),
        migrations.AddConstraint(
            model_name='reading',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('systolic__isnull', True), models.Q(('systolic__gte', 50), ('systolic__lte', 300)), _connector='OR'), models.Q(('diastolic__isnull', True), models.Q(('diastolic__gte', 20), ('diastolic__lte', 200)), _connector='OR'), models.Q(('heart_rate__isnull', True), models.Q(('heart_rate__gte', 10), ('heart_rate__lte', 300)), _connector='OR'), models.Q(('spo2__isnull', True), models.Q(('spo2__gte', 1), ('spo2__lte', 100)), _connector='OR'), models.Q(('respiratory_rate__isnull', True), models.Q(('respiratory_rate__gte', 1), ('respiratory_rate__lte', 99)), _connector='OR')), name='reading_possible'),
        ),
        migrations.AddConstraint(
            model_name='reading',
            constraint=models.CheckConstraint(condition=models.Q(('systolic', None), ('systolic__gt', models.F('diastolic')), _connector='OR'), name='reading_systolic_above_diastolic'),
        ),
        migrations.AddConstraint(
            model_name='reading',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(models.Q(('sedation', None), ('sedation_scale', '')), models.Q(('sedation__isnull', False), ('sedation_scale__gt', '')), _connector='OR'), models.Q(models.Q(('dissociation', None), ('dissociation_scale', '')), models.Q(('dissociation__isnull', False), ('dissociation_scale__gt', '')), _connector='OR')), name='reading_scale_beside_value'),
        ),
        migrations.AddConstraint(
            model_name='reading',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('correction_reason', ''), ('replaces', None)), models.Q(('correction_reason__gt', ''), ('replaces__isnull', False)), _connector='OR'), name='reading_correction_has_reason'),
        ),
        migrations.AddConstraint(
            model_name='event',
            constraint=models.UniqueConstraint(fields=('session', 'seq'), name='event_seq_once'),
        ),
        migrations.AddConstraint(
            model_name='event',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ('symptom', 'intervention', 'medication', 'handover', 'response', 'adverse_event', 'resolution', 'note'))), name='event_kind_known'),
        ),
        migrations.AddConstraint(
            model_name='event',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('informed__gt', ''), ('kind', 'response'), ('ordered__gt', ''), models.Q(models.Q(('answers_event', None), ('answers_reading__isnull', False)), models.Q(('answers_event__isnull', False), ('answers_reading', None)), _connector='OR')), models.Q(models.Q(('kind', 'response'), _negated=True), ('answers_event', None), ('answers_reading', None), ('informed', ''), ('ordered', '')), _connector='OR'), name='event_response_agrees'),
        ),
        migrations.AddConstraint(
            model_name='event',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('is_serious__isnull', False), ('kind', 'adverse_event'), ('onset_at__isnull', False)), models.Q(models.Q(('kind', 'adverse_event'), _negated=True), ('is_serious', None), ('onset_at', None)), _connector='OR'), name='event_adverse_agrees'),
        ),
        migrations.AddConstraint(
            model_name='event',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('kind', 'resolution'), ('resolves__isnull', False)), models.Q(models.Q(('kind', 'resolution'), _negated=True), ('resolves', None)), _connector='OR'), name='event_resolution_agrees'),
        ),
        migrations.AddConstraint(
            model_name='event',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ('response', 'symptom')), ('detail__gt', ''), _connector='OR'), name='event_has_detail'),
        ),
        migrations.AddConstraint(
            model_name='doseend',
            constraint=models.UniqueConstraint(fields=('session', 'seq'), name='doseend_seq_once'),
        ),
        migrations.AddConstraint(
            model_name='doseend',
            constraint=models.CheckConstraint(condition=models.Q(('mg__gte', 0)), name='doseend_has_mg'),
        ),
        migrations.AddConstraint(
            model_name='doseend',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('is_complete', False), ('partial_detail__gt', '')), models.Q(('is_complete', True), ('partial_detail', '')), _connector='OR'), name='doseend_partial_explained'),
        ),
        migrations.AddConstraint(
            model_name='dose',
            constraint=models.UniqueConstraint(fields=('session', 'seq'), name='dose_seq_once'),
        ),
        migrations.AddConstraint(
            model_name='dose',
            constraint=models.UniqueConstraint(fields=('session', 'number'), name='dose_number_once'),
        ),
        migrations.AddConstraint(
            model_name='dose',
            constraint=models.CheckConstraint(condition=models.Q(('number__gte', 1), ('number__lte', 3)), name='dose_number_possible'),
        ),
        migrations.AddConstraint(
            model_name='dose',
            constraint=models.CheckConstraint(condition=models.Q(('mg__gt', 0)), name='dose_has_mg'),
        ),
        migrations.AddConstraint(
            model_name='dose',
            constraint=models.CheckConstraint(condition=models.Q(('lot__gt', '')), name='dose_has_lot'),
        ),
        migrations.AddConstraint(
            model_name='dose',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('is_complete', False), ('partial_detail__gt', '')), models.Q(models.Q(('is_complete', True), ('is_complete', None), _connector='OR'), ('partial_detail', '')), _connector='OR'), name='dose_partial_explained'),
        ),
        migrations.AddConstraint(
            model_name='departure',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('advice_given', True), ('clearance__isnull', False), ('kind', 'discharged'), ('transport__gt', ''), models.Q(models.Q(('escort_name__gt', ''), ('escort_phone__gt', '')), ('no_escort_reason__gt', ''), _connector='OR')), models.Q(('clearance', None), ('destination__gt', ''), ('had_serious_event__isnull', False), ('kind', 'transferred'), ('reason__gt', '')), models.Q(('clearance', None), ('clinician_informed__gt', ''), ('had_serious_event__isnull', False), ('kind', 'against_advice'), ('reason__gt', '')), models.Q(('clearance', None), ('had_serious_event__isnull', False), ('kind', 'left_unseen'), ('last_seen_at__isnull', False), ('noticed_by__gt', ''), ('reason__gt', '')), _connector='OR'), name='departure_is_whole'),
        ),
        migrations.AddConstraint(
            model_name='decision',
            constraint=models.UniqueConstraint(fields=('session', 'seq'), name='decision_seq_once'),
        ),
        migrations.AddConstraint(
            model_name='decision',
            constraint=models.CheckConstraint(condition=models.Q(('outcome__in', ('give', 'delay', 'do_not_give'))), name='decision_outcome_known'),
        ),
        migrations.AddConstraint(
            model_name='decision',
            constraint=models.CheckConstraint(condition=models.Q(('reason__gt', '')), name='decision_has_reason'),
        ),
        migrations.AddConstraint(
            model_name='clearance',
            constraint=models.UniqueConstraint(fields=('session', 'through_seq'), name='clearance_once_per_state'),
        ),
        migrations.AddConstraint(
            model_name='clearance',
            constraint=models.UniqueConstraint(condition=models.Q(('content_digest__gt', '')), fields=('content_digest',), name='clearance_content_once'),
        ),
        migrations.AddConstraint(
            model_name='clearance',
            constraint=models.CheckConstraint(condition=models.Q(('meaning__gt', ''), ('printed_name__gt', ''), ('statement__gt', '')), name='clearance_is_whole'),
        ),
        migrations.AddConstraint(
            model_name='clearance',
            constraint=models.CheckConstraint(condition=models.Q(('proof__in', ('', 'password', 'passkey'))), name='clearance_proof_known'),
        ),
        migrations.AddConstraint(
            model_name='amendment',
            constraint=models.UniqueConstraint(fields=('session', 'seq'), name='amendment_seq_once'),
        ),
        migrations.AddConstraint(
            model_name='amendment',
            constraint=models.CheckConstraint(condition=models.Q(('printed_name__gt', ''), ('reason__gt', ''), ('text__gt', '')), name='amendment_is_whole'),
        ),
        migrations.AddConstraint(
            model_name='amendment',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('about', 'session'), ('about_id', None)), models.Q(('about__in', ('admission', 'decision', 'dose', 'reading', 'event', 'clearance', 'departure')), ('about_id__isnull', False)), _connector='OR'), name='amendment_about_known'),
        ),
        migrations.AddConstraint(
            model_name='admission',
            constraint=models.UniqueConstraint(fields=('session', 'seq'), name='admission_seq_once'),
        ),
        migrations.AddIndex(
            model_name='accessentry',
            index=models.Index(fields=['site', '-at'], name='access_by_date'),
        ),
        migrations.AddIndex(
            model_name='accessentry',
            index=models.Index(fields=['patient', '-at'], name='access_to_patient'),
        ),
        migrations.AddIndex(
            model_name='accessentry',
            index=models.Index(fields=['staff', '-at'], name='access_by_person'),
        ),
        migrations.AddConstraint(
            model_name='accessentry',
            constraint=models.CheckConstraint(condition=models.Q(('action__in', ('listed', 'opened', 'printed', 'exported'))), name='accessentry_action_known'),
        ),
        migrations.AddConstraint(
            model_name='siteprotocol',
            constraint=models.UniqueConstraint(fields=('site', 'version'), name='site_protocol_once'),
        ),
        migrations.AddConstraint(
            model_name='withdrawal',
            constraint=models.UniqueConstraint(fields=('session', 'seq'), name='withdrawal_seq_once'),
        ),
        migrations.AddConstraint(
            model_name='withdrawal',
            constraint=models.CheckConstraint(condition=models.Q(('reason__gt', '')), name='withdrawal_has_reason'),
        ),
    ]
