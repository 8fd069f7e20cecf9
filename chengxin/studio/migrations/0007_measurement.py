import django.core.serializers.json
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('studio', '0006_tuning'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterField(
            model_name='tuning',
            name='effect',
            field=models.JSONField(default=dict, encoder=django.core.serializers.json.DjangoJSONEncoder),
        ),
        migrations.CreateModel(
            name='Measurement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('effect', '影响测算'), ('months', '回溯测算')], max_length=6)),
                ('state', models.CharField(choices=[('waiting', '排队等待'), ('running', '正在测算'), ('ended', '已完成'), ('stopped', '已停止')], default='waiting', max_length=8)),
                ('step', models.PositiveIntegerField(default=0)),
                ('trouble', models.JSONField(null=True)),
                ('seconds', models.FloatField(default=0)),
                ('at', models.DateTimeField(default=django.utils.timezone.now)),
                ('officer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('tuning', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='measurements', to='studio.tuning')),
            ],
            options={
                'constraints': [models.UniqueConstraint(condition=models.Q(('state__in', ['waiting', 'running'])), fields=('tuning', 'kind'), name='one_measurement_of_a_kind_at_a_time')],
            },
        ),
    ]
