from django.db import migrations, models


class Migration(migrations.Migration):
    """The figures are made anew after it, for none of the old ones says what it counts in."""

    dependencies = [
        ("monitoring", "0009_monitoring_forms"),
    ]

    operations = [
        migrations.RunSQL("DELETE FROM monitoring_figures", migrations.RunSQL.noop),
        migrations.AddField(
            model_name="figures",
            name="counts",
            field=models.BigIntegerField(default=0),
            preserve_default=False,
        ),
    ]
