/*
title:    共用联系方式备案主体
title_en: Who may share people and contacts
grain:    [subject_key, entry_id]
reads:    [shared_contact_register, enterprise_number]
why: |
  Licensed agencies and their people, hosts of registered clusters and operators of parks.  The
  register names them by their numbers and not by telephone or address, so that a change of an entry
  is a change about somebody; a host's own contacts are the cluster's.
*/
SELECT
    CASE r.subject_kind
        WHEN 'person' THEN 'person:' || r.subject
        ELSE 'enterprise:' || COALESCE(n.enterprise_id, r.subject)
    END AS subject_key,
    r.entry_id,
    r.kind,
    r.valid_from,
    r.until
FROM shared_contact_register AS r
LEFT JOIN enterprise_number AS n ON n.number = r.subject AND r.subject_kind = 'enterprise'
WHERE r.subject <> ''
