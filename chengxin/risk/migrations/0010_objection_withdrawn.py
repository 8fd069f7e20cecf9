import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('risk', '0009_control'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='objection',
            name='an_answer_says_what_and_by_whom',
        ),
        migrations.AddField(
            model_name='objection',
            name='withdrawn_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='objection',
            name='withdrawn_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='objection',
            name='withdrawn_how',
            field=models.CharField(blank=True, max_length=400),
        ),
        migrations.AlterField(
            model_name='objection',
            name='state',
            field=models.CharField(choices=[('open', '待答复'), ('answered', '已答复'), ('withdrawn', '已撤回')], default='open', max_length=9),
        ),
        migrations.AddConstraint(
            model_name='objection',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('answered_by', None), ('outcome', ''), ('state__in', ['open', 'withdrawn'])), models.Q(('answered_by__isnull', False), ('state', 'answered'), models.Q(('outcome', ''), _negated=True), models.Q(('answer', ''), _negated=True)), _connector='OR'), name='an_answer_says_what_and_by_whom'),
        ),
        migrations.AddConstraint(
            model_name='objection',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['open', 'answered']), ('withdrawn_by', None), ('withdrawn_how', '')), models.Q(('state', 'withdrawn'), ('withdrawn_by__isnull', False), models.Q(('withdrawn_how', ''), _negated=True)), _connector='OR'), name='a_withdrawal_says_how_and_who_wrote_it_down'),
        ),
    ]
