from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("exchange", "0003_clients_and_events"),
    ]

    operations = [
        migrations.AddField(
            model_name="nightrun",
            name="counts",
            field=models.JSONField(default=dict),
        ),
    ]
