import uuid

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import chengxin.people.fields


class Migration(migrations.Migration):

    dependencies = [
        ('hall', '0015_at_the_window'),
        ('people', '0014_enrolled_alone'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='PreEnrolment',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ('code', models.CharField(max_length=64, unique=True)),
                ('document_kind', models.CharField(max_length=14)),
                ('number', chengxin.people.fields.SealedTextField()),
                ('name', chengxin.people.fields.SealedTextField()),
                ('phone', chengxin.people.fields.SealedTextField()),
                ('version', models.CharField(max_length=10)),
                ('answers', models.JSONField(default=dict)),
                ('enterprise_code', chengxin.people.fields.SealedTextField()),
                ('letter', chengxin.people.fields.SealedBytesField(null=True)),
                ('address', models.CharField(max_length=26)),
                ('made_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('proved_at', models.DateTimeField(null=True)),
                ('until', models.DateTimeField()),
                ('used_at', models.DateTimeField(null=True)),
                ('person', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='pre_enrolments', to='people.person')),
                ('used_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [models.Index(fields=['address', '-made_at'], name='pre_enrolment_of_address')],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('person', None), ('used_at', None), ('used_by', None)), models.Q(('person__isnull', False), ('used_at__isnull', False), ('used_by__isnull', False), ('proved_at__isnull', False)), _connector='OR'), name='a_used_pre_enrolment_says_by_whom_and_whose')],
            },
        ),
    ]
