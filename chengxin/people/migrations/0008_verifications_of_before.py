from django.db import migrations

# What the halls saw before the lake was told of it; what an engine left to an officer is no event.
TELL = """
INSERT INTO people_identityevent (id, person_id, kind, at, place)
SELECT gen_random_uuid(), person_id,
       CASE band WHEN 'accept' THEN 'matched' WHEN 'reject' THEN 'mismatched' ELSE 'by_hand' END,
       at, place
FROM people_verification
WHERE band IN ('accept', 'reject', 'manual')
UNION ALL
SELECT gen_random_uuid(), person_id, 'template', taken_at, place
FROM people_portrait
WHERE enrolled AND channel = 'live'
"""


class Migration(migrations.Migration):

    dependencies = [
        ('people', '0007_own_identity_events'),
    ]

    operations = [
        migrations.RunSQL(TELL, migrations.RunSQL.noop),
    ]
