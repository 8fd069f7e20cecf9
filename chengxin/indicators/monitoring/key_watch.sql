/*
code:     M15
title:    重点监控名单
title_en: Key monitoring list
subject:  [person, enterprise]
reach:    []
reads:    [watch_entry]
value:    {title: 有效名单条目, title_en: active entries, unit: entry}
params:
  months: {title: 最长期限, title_en: Longest term, default: 12, min: 1, max: 12, unit: month}
  usual_groups: {title: 未指定时的事项组, title_en: Item groups when none is chosen, default: 'INV-AUTH,INV,DEREG,REG-CHG'}
bands:
  watched:
    title: 重点监控
    title_en: Under key monitoring
    levels:
      enterprise: &levels {$item_groups: legal_rep}
      person: *levels
wording:
  zh: '{who}列入重点监控，{items}须法定代表人持身份证在实名采集窗口核实。'
  en: '{who} is under key monitoring; for {items} the legal representative must be verified at the real-name window with his identity card.'
push:     [C, G]
clears:
  zh: 到期或撤销。
  en: The end date is reached or the entry is withdrawn.
basis:    《纳税诚信信息应用管理系统管理办法》：重点监控的纳税人，要求其法人必须亲自到前台
owner:    市局风险管理科
why: |
  A person decides here, so a second one must approve, and the entry ends after twelve months at the
  latest, its last day included.  Without a second officer it is void.
*/
SELECT
    subject_key AS subject_id,
    subject_key AS acted_on_id,
    COUNT(*) AS value,
    'watched' AS band,
    STRING_AGG(COALESCE(groups, :usual_groups), ',' ORDER BY watch_id) AS item_groups,
    MIN(valid_from) AS valid_from,
    CAST(MAX(LEAST(until, valid_from + INTERVAL (:months) MONTH)) AS DATE) AS until,
    ARRAY_AGG(watch_id ORDER BY watch_id) AS watch_ids
FROM watch_entry
WHERE valid_from <= :as_of
  AND LEAST(until, valid_from + INTERVAL (:months) MONTH) >= :as_of
  AND second_officer <> officer
GROUP BY subject_key
