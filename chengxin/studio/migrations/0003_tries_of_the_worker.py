import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

STATES = [
    ("waiting", "排队等待"),
    ("running", "正在试运行"),
    ("ended", "已完成"),
    ("stopped", "已停止"),
]


class Migration(migrations.Migration):
    dependencies = [
        ("studio", "0002_never_changed"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [
        migrations.AddField(
            model_name="trial",
            name="state",
            field=models.CharField(choices=STATES, default="ended", max_length=8),
        ),
        migrations.RenameField(model_name="trial", old_name="fresh", new_name="fresh_keys"),
        migrations.RenameField(model_name="trial", old_name="freed", new_name="freed_keys"),
        migrations.AddField(
            model_name="trial", name="fresh", field=models.PositiveIntegerField(default=0)
        ),
        migrations.AddField(
            model_name="trial", name="freed", field=models.PositiveIntegerField(default=0)
        ),
        migrations.CreateModel(
            name="Tried",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("about", models.CharField(max_length=60)),
                ("fresh", models.BooleanField()),
                (
                    "trial",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="named",
                        to="studio.trial",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("trial", "fresh", "about"), name="tried_subject_once_a_trial"
                    )
                ],
            },
        ),
        migrations.AddField(
            model_name="version",
            name="ended_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="version",
            name="ended_because",
            field=models.CharField(blank=True, max_length=400),
        ),
    ]
