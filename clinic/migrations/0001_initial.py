import clinic.ids
import clinic.models.people
import clinic.models.site
import django.contrib.auth.models
import django.contrib.auth.validators
import django.db.models.deletion
import django.utils.timezone
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('auth', '0012_alter_user_first_name_max_length'),
    ]

    operations = [
        migrations.CreateModel(
            name='ChainHead',
            fields=[
                ('id', models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(choices=[('session', 'Session'), ('patient', 'Patient'), ('staff', 'Staff'), ('organisation', 'Organisation')], max_length=16)),
                ('count', models.PositiveIntegerField(default=0)),
                ('digest', models.CharField(blank=True, max_length=64)),
            ],
            options={
                'ordering': ('id',),
                'constraints': [models.CheckConstraint(condition=models.Q(('kind__in', ('session', 'patient', 'staff', 'organisation'))), name='chainhead_kind_known')],
            },
        ),
        migrations.CreateModel(
            name='Site',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=120, unique=True)),
                ('time_zone', models.CharField(default='UTC', max_length=64, validators=[clinic.models.site.check_time_zone])),
                ('rems_site_id', models.CharField(blank=True, max_length=40)),
                ('rems_certified_on', models.DateField(blank=True, null=True)),
                ('rems_certified_until', models.DateField(blank=True, null=True)),
                ('is_inpatient', models.BooleanField(default=False)),
                ('requires_second_factor', models.BooleanField(default=True)),
                ('phone', models.CharField(blank=True, max_length=40)),
                ('address', models.CharField(blank=True, max_length=200)),
                ('address_2', models.CharField(blank=True, max_length=200)),
                ('city', models.CharField(blank=True, max_length=80)),
                ('state', models.CharField(blank=True, max_length=40)),
                ('postal_code', models.CharField(blank=True, max_length=20)),
                ('paper_size', models.CharField(choices=[('letter', 'Letter'), ('a4', 'A4')], default='letter', max_length=10)),
            ],
            options={
                'ordering': ('name',),
                'constraints': [models.CheckConstraint(condition=models.Q(('rems_certified_until__isnull', True), models.Q(('rems_certified_on__isnull', False), ('rems_certified_until__gte', models.F('rems_certified_on'))), _connector='OR'), name='site_certified_until_after_on'), models.CheckConstraint(condition=models.Q(('paper_size__in', ('letter', 'a4'))), name='site_paper_size_known')],
            },
        ),
        migrations.CreateModel(
            name='Staff',
            fields=[
                ('password', models.CharField(max_length=128, verbose_name='password')),
                ('last_login', models.DateTimeField(blank=True, null=True, verbose_name='last login')),
                ('is_superuser', models.BooleanField(default=False, help_text='Designates that this user has all permissions without explicitly assigning them.', verbose_name='superuser status')),
                ('username', models.CharField(error_messages={'unique': 'A user with that username already exists.'}, help_text='Required. 150 characters or fewer. Letters, digits and @/./+/-/_ only.', max_length=150, unique=True, validators=[django.contrib.auth.validators.UnicodeUsernameValidator()], verbose_name='username')),
                ('first_name', models.CharField(blank=True, max_length=150, verbose_name='first name')),
                ('last_name', models.CharField(blank=True, max_length=150, verbose_name='last name')),
                ('email', models.EmailField(blank=True, max_length=254, verbose_name='email address')),
                ('is_staff', models.BooleanField(default=False, help_text='Designates whether the user can log into this admin site.', verbose_name='staff status')),
                ('is_active', models.BooleanField(default=True, help_text='Designates whether this user should be treated as active. Unselect this instead of deleting accounts.', verbose_name='active')),
                ('date_joined', models.DateTimeField(default=django.utils.timezone.now, verbose_name='date joined')),
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('credentials', models.CharField(blank=True, max_length=40)),
                ('phone', models.CharField(blank=True, max_length=40)),
                ('pin', models.CharField(blank=True, max_length=128)),
                ('groups', models.ManyToManyField(blank=True, help_text='The groups this user belongs to. A user will get all permissions granted to each of their groups.', related_name='user_set', related_query_name='user', to='auth.group', verbose_name='groups')),
                ('user_permissions', models.ManyToManyField(blank=True, help_text='Specific permissions for this user.', related_name='user_set', related_query_name='user', to='auth.permission', verbose_name='user permissions')),
                ('last_site', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='clinic.site')),
            ],
            options={
                'verbose_name_plural': 'staff',
                'ordering': ('last_name', 'first_name'),
            },
            managers=[
                ('objects', django.contrib.auth.models.UserManager()),
            ],
        ),
        migrations.CreateModel(
            name='Tablet',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=60)),
                ('device', models.CharField(max_length=40)),
                ('enrolled_at', models.DateTimeField()),
                ('last_seen_at', models.DateTimeField()),
                ('revoked_at', models.DateTimeField(null=True)),
                ('enrolled_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('revoked_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('site', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='tablets', to='clinic.site')),
            ],
            options={
                'ordering': ('site', 'name'),
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('revoked_at__isnull', True), ('revoked_by__isnull', True)), models.Q(('revoked_at__isnull', False), ('revoked_by__isnull', False)), _connector='OR'), name='tablet_revoked_by_someone')],
            },
        ),
        migrations.CreateModel(
            name='Shift',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('began_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(null=True)),
                ('has_second_factor', models.BooleanField()),
                ('wrong_tries', models.PositiveSmallIntegerField(default=0)),
                ('staff', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='shifts', to=settings.AUTH_USER_MODEL)),
                ('tablet', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='shifts', to='clinic.tablet')),
            ],
            options={
                'ordering': ('-began_at',),
                'constraints': [models.UniqueConstraint(condition=models.Q(('ended_at__isnull', True)), fields=('tablet', 'staff'), name='shift_one_open')],
            },
        ),
        migrations.CreateModel(
            name='TrailEntry',
            fields=[
                ('id', models.UUIDField(default=clinic.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('chain', models.UUIDField()),
                ('seq', models.PositiveIntegerField()),
                ('verb', models.CharField(max_length=40)),
                ('at', models.DateTimeField()),
                ('device', models.CharField(blank=True, max_length=40)),
                ('payload', models.TextField()),
                ('previous', models.CharField(blank=True, max_length=64)),
                ('digest', models.CharField(max_length=64)),
                ('key_id', models.CharField(max_length=40)),
                ('actor', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ('chain', 'seq'),
                'constraints': [models.UniqueConstraint(fields=('chain', 'seq'), name='trailentry_seq_once')],
            },
        ),
        migrations.CreateModel(
            name='Proposal',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('role', models.CharField(blank=True, choices=[('nurse', 'Nurse'), ('clinician', 'Clinician'), ('administrator', 'Administrator'), ('auditor', 'Auditor'), ('emergency', 'Emergency access')], max_length=20)),
                ('proposed_at', models.DateTimeField()),
                ('effective_at', models.DateTimeField(null=True)),
                ('ended_at', models.DateTimeField(null=True)),
                ('is_confirmed', models.BooleanField(null=True)),
                ('ended_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('proposed_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('staff', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='proposals', to=settings.AUTH_USER_MODEL)),
                ('site', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='proposals', to='clinic.site')),
            ],
            options={
                'ordering': ('proposed_at',),
                'constraints': [models.UniqueConstraint(condition=models.Q(('ended_at__isnull', True)), fields=('staff', 'site', 'role'), name='proposal_one_open'), models.CheckConstraint(condition=models.Q(('role__in', ('', 'clinician', 'administrator'))), name='proposal_role_known'), models.CheckConstraint(condition=models.Q(models.Q(('ended_at__isnull', True), ('ended_by__isnull', True), ('is_confirmed__isnull', True)), models.Q(('ended_at__isnull', False), ('ended_by__isnull', False), ('is_confirmed__isnull', False)), _connector='OR'), name='proposal_ended_by_someone')],
            },
        ),
        migrations.CreateModel(
            name='Membership',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('role', models.CharField(choices=[('nurse', 'Nurse'), ('clinician', 'Clinician'), ('administrator', 'Administrator'), ('auditor', 'Auditor'), ('emergency', 'Emergency access')], max_length=20)),
                ('given_at', models.DateTimeField(default=clinic.models.people._now, null=True)),
                ('began_at', models.DateTimeField(blank=True, null=True)),
                ('ends_at', models.DateTimeField(blank=True, null=True)),
                ('reason', models.CharField(blank=True, max_length=300)),
                ('reviewed_at', models.DateTimeField(blank=True, null=True)),
                ('review', models.CharField(blank=True, max_length=300)),
                ('reviewed_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('staff', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='memberships', to=settings.AUTH_USER_MODEL)),
                ('site', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='memberships', to='clinic.site')),
            ],
            options={
                'ordering': ('site', 'role'),
                'constraints': [models.UniqueConstraint(condition=models.Q(('role', 'emergency'), _negated=True), fields=('staff', 'site', 'role'), name='membership_once'), models.CheckConstraint(condition=models.Q(models.Q(('review', ''), ('reviewed_at__isnull', True), ('reviewed_by__isnull', True)), models.Q(('reviewed_at__isnull', False), ('reviewed_by__isnull', False), ('role', 'emergency'), models.Q(('review', ''), _negated=True)), _connector='OR'), name='membership_review_whole'), models.CheckConstraint(condition=models.Q(('role__in', ('nurse', 'clinician', 'administrator', 'auditor', 'emergency'))), name='membership_role_known'), models.CheckConstraint(condition=models.Q(models.Q(('began_at__isnull', False), ('ends_at__isnull', False), ('role', 'emergency'), models.Q(('reason', ''), _negated=True)), models.Q(models.Q(('role', 'emergency'), _negated=True), ('began_at__isnull', True), ('ends_at__isnull', True), ('reason', '')), _connector='OR'), name='membership_emergency_has_reason_and_end')],
            },
        ),
    ]
