from django.conf import settings
from django.core.management import call_command
from django.db import migrations


def make_cache_table(apps, schema_editor):
    """Where limits are counted, so that they hold over several processes."""
    call_command("createcachetable", database=schema_editor.connection.alias, verbosity=0)


def drop_cache_table(apps, schema_editor):
    table = schema_editor.quote_name(settings.CACHES["default"]["LOCATION"])
    schema_editor.execute(f"DROP TABLE {table}")


class Migration(migrations.Migration):
    dependencies = [("clinic", "0001_initial")]

    operations = [migrations.RunPython(make_cache_table, drop_cache_table)]
