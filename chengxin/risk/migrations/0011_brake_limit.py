import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('risk', '0010_objection_withdrawn'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='BrakeLimit',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('indicator', models.CharField(blank=True, max_length=4)),
                ('region', models.CharField(max_length=6)),
                ('least', models.PositiveIntegerField()),
                ('share', models.DecimalField(decimal_places=2, max_digits=4)),
                ('grounds', models.CharField(max_length=400)),
                ('state', models.CharField(choices=[('waiting', '待复核'), ('in_force', '生效中'), ('replaced', '已被替换'), ('refused', '未通过'), ('withdrawn', '已撤回')], default='waiting', max_length=9)),
                ('proposed_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('decided_at', models.DateTimeField(null=True)),
                ('note', models.CharField(blank=True, max_length=400)),
            ],
        ),
        migrations.AddField(
            model_name='brakelimit',
            name='decided_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='brakelimit',
            name='proposed_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddConstraint(
            model_name='brakelimit',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'in_force')), fields=('indicator', 'region'), name='one_limit_in_force_per_indicator_and_county'),
        ),
        migrations.AddConstraint(
            model_name='brakelimit',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'waiting')), fields=('indicator', 'region'), name='one_limit_waiting_per_indicator_and_county'),
        ),
        migrations.AddConstraint(
            model_name='brakelimit',
            constraint=models.CheckConstraint(condition=models.Q(('least__gte', 1), ('least__lte', 500), ('share__gte', 0), ('share__lte', 5)), name='a_limit_stops_a_crowd'),
        ),
        migrations.AddConstraint(
            model_name='brakelimit',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['in_force', 'replaced', 'refused']), _negated=True), models.Q(('decided_by__isnull', False), models.Q(('decided_by', models.F('proposed_by')), _negated=True)), _connector='OR'), name='a_limit_needs_a_second_officer'),
        ),
    ]
