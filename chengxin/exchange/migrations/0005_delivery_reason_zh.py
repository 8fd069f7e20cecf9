from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("exchange", "0004_nightrun_counts"),
    ]

    operations = [
        migrations.AddField(
            model_name="delivery",
            name="reason_zh",
            field=models.CharField(blank=True, max_length=600),
        ),
    ]
