from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("studio", "0004_every_name")]
    operations = [
        migrations.RemoveField(model_name="trial", name="fresh_keys"),
        migrations.RemoveField(model_name="trial", name="freed_keys"),
    ]
