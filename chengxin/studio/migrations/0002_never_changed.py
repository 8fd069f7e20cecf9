from django.db import migrations

FORBID = """
CREATE FUNCTION studio_version_is_fixed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'a version of an indicator is never deleted';
    END IF;
    IF OLD.state <> 'draft' AND (
        NEW.code, NEW.name, NEW.kind, NEW.number, NEW.header, NEW.sql, NEW.cases, NEW.recipe,
        NEW.file, NEW.digest, NEW.made_by_id
    ) IS DISTINCT FROM (
        OLD.code, OLD.name, OLD.kind, OLD.number, OLD.header, OLD.sql, OLD.cases, OLD.recipe,
        OLD.file, OLD.digest, OLD.made_by_id
    ) THEN
        RAISE EXCEPTION 'a version that was submitted is never changed';
    END IF;
    IF OLD.state <> 'draft' AND NEW.state = 'draft' THEN
        RAISE EXCEPTION 'a version that was submitted is never changed back to a draft';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER fixed BEFORE UPDATE OR DELETE ON studio_version
    FOR EACH ROW EXECUTE FUNCTION studio_version_is_fixed();
"""
ALLOW = """
DROP TRIGGER fixed ON studio_version; DROP FUNCTION studio_version_is_fixed;
"""


class Migration(migrations.Migration):
    dependencies = [("studio", "0001_initial")]
    operations = [migrations.RunSQL(FORBID, ALLOW)]
