from django.db import migrations

FORBID = """
CREATE FUNCTION trace_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'a trace is never changed'; END $$;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON trace_trace
    FOR EACH ROW EXECUTE FUNCTION trace_is_append_only();
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON trace_trace
    FOR EACH STATEMENT EXECUTE FUNCTION trace_is_append_only();

CREATE FUNCTION trace_is_told() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('trace', json_build_object(
        'pk', NEW.id, 'action', NEW.action, 'outcome', NEW.outcome,
        'about', NEW.about, 'place', NEW.place)::text);
    RETURN NULL;
END $$;
CREATE TRIGGER told AFTER INSERT ON trace_trace
    FOR EACH ROW EXECUTE FUNCTION trace_is_told();
"""
ALLOW = """
DROP TRIGGER told ON trace_trace; DROP FUNCTION trace_is_told;
DROP TRIGGER never_emptied ON trace_trace; DROP TRIGGER append_only ON trace_trace;
DROP FUNCTION trace_is_append_only;
"""


class Migration(migrations.Migration):
    dependencies = [("trace", "0001_initial")]
    operations = [migrations.RunSQL(FORBID, ALLOW)]
