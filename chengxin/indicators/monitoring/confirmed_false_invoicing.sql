/*
code:     M12
title:    已证实虚开
title_en: Confirmed false invoicing
subject:  [enterprise]
reach:    []
reads:    [false_invoicing]
value:    {title: 未结通知或结论数, title_en: open notices or conclusions, unit: record}
bands:
  proven:
    title: 已证实虚开
    title_en: Confirmed
    levels:
      enterprise:
        INV: block
        INV-AUTH: block
        INV-ISS: block
        REFUND: block
        EXPORT: block
        DEREG: block
        '*': legal_rep
wording:
  zh: '{who}涉及已证实虚开发票事项，停止发票供应，{items}请到主管税务机关处理。'
  en: '{who} is concerned by confirmed false invoicing; invoices are no longer supplied; see the managing tax authority about {items}.'
push:     [C, G, J, R]
clears:
  zh: 案件办结后命中结束；指令经县区局领导批准解除。
  en: The finding ends when the case is closed; the directive is released by a county leader.
basis:    《税收征收管理法》第七十二条；《发票管理办法》（2010年）第二十二条、第三十七条
owner:    市局稽查局
why: |
  Another authority's notice (已证实虚开通知单) or our own inspection's conclusion says that invoices
  were false, issued or received.  It is proven, not suspected: nothing that can be carried away is
  given until the case is closed, and the rest asks for the representative.
*/
SELECT
    'enterprise:' || enterprise_id AS subject_id,
    'enterprise:' || enterprise_id AS acted_on_id,
    COUNT(*) AS value,
    'proven' AS band,
    COUNT(*) FILTER (WHERE direction = 'issued') AS issued,
    COUNT(*) FILTER (WHERE direction = 'received') AS received,
    MIN(noticed_on) AS noticed_on,
    ARRAY_AGG(notice_no ORDER BY bureau, notice_no, registration_id) AS notice_nos
FROM false_invoicing
WHERE noticed_on <= :as_of
  AND (closed_on IS NULL OR closed_on > :as_of)
GROUP BY enterprise_id
