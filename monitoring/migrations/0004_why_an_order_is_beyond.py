from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('monitoring', '0003_corrected_after_departure'),
    ]

    operations = [
        migrations.AddField(
            model_name='order',
            name='beyond_reason',
            field=models.CharField(blank=True, max_length=300, verbose_name='Why beyond the protocol'),
        ),
    ]
