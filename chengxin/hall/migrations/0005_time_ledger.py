"""The tickets there are get their turns and the rows of the ledger; from now on a row stays."""

from django.db import migrations

TURNS = """
UPDATE hall_ticket AS t SET seq = n.nth, turn = n.nth * 1000
FROM (SELECT id, row_number() OVER (PARTITION BY hall_id, day ORDER BY id) AS nth
      FROM hall_ticket) AS n
WHERE n.id = t.id;
INSERT INTO hall_ticketcounter (hall_id, prefix, day, last)
SELECT hall_id, '', day, count(*) FROM hall_ticket GROUP BY hall_id, day;
"""
LEDGER = """
INSERT INTO hall_ticketmove (ticket_id, step, before, after, at, business, window_id, officer_id)
SELECT t.id, m.step, m.before, m.after, m.at, t.business,
       CASE WHEN m.step <> 'take' THEN t.window_id END,
       CASE WHEN m.step <> 'take' THEN t.officer_id END
FROM hall_ticket AS t CROSS JOIN LATERAL (VALUES
    (1, 'take', '', 'waiting', t.taken_at),
    (2, 'call', 'waiting', 'called', t.called_at),
    (3, 'start', 'called', 'serving', t.started_at),
    (4, 'finish', 'serving', 'finished', CASE WHEN t.state = 'finished' THEN t.ended_at END),
    (4, 'miss', 'called', 'missed', CASE WHEN t.state = 'missed' THEN t.ended_at END)
) AS m (nth, step, before, after, at)
WHERE m.at IS NOT NULL
ORDER BY t.id, m.nth;
"""
STAYS = """
CREATE FUNCTION hall_ledger_stays() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'the time ledger is never changed'; END $$;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON hall_ticketmove
    FOR EACH ROW EXECUTE FUNCTION hall_ledger_stays();
"""
GOES = """
DROP TRIGGER append_only ON hall_ticketmove;
DROP FUNCTION hall_ledger_stays();
"""


class Migration(migrations.Migration):
    dependencies = [("hall", "0004_queue")]

    operations = [
        migrations.RunSQL(TURNS, "DELETE FROM hall_ticketcounter WHERE prefix = ''"),
        migrations.RunSQL(LEDGER, "DELETE FROM hall_ticketmove"),
        migrations.RunSQL(STAYS, GOES),
    ]
