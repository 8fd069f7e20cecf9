"""The names that a trial kept in a list become rows, counted."""

from django.db import migrations


def move(apps, schema_editor):
    trial, tried = apps.get_model("studio", "Trial"), apps.get_model("studio", "Tried")
    for one in trial.objects.iterator(chunk_size=10):
        for fresh, keys in ((True, one.fresh_keys), (False, one.freed_keys)):
            rows = [tried(trial=one, about=key, fresh=fresh) for key in keys]
            tried.objects.bulk_create(rows, batch_size=10_000)
        trial.objects.filter(pk=one.pk).update(
            fresh=len(one.fresh_keys), freed=len(one.freed_keys)
        )


class Migration(migrations.Migration):
    dependencies = [("studio", "0003_tries_of_the_worker")]
    operations = [migrations.RunPython(move, migrations.RunPython.noop)]
