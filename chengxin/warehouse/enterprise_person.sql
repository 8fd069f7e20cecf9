/*
title:    企业的关联人员
title_en: The people of an enterprise
grain:    [enterprise_id, person_id, role, share, valid_from, until]
reads:    [affiliation]
why: |
  The rows of `affiliation`, sorted by enterprise: asking for one enterprise's people reads a page
  and not the whole county.
*/
SELECT
    enterprise_id,
    person_id,
    role,
    share,
    valid_from,
    until,
    bureaus
FROM affiliation
