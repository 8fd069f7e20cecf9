-- What was done at the windows of one hall on some days: by window, by officer, by his bureau.
-- `sitting`: one ticket with one officer at one window.  `present`: one officer there on one day.
WITH moved AS (
  SELECT m.id, m.ticket_id, t.day, m.step, m.after, m.at, m.window_id, m.officer_id,
         lead(m.at) OVER (PARTITION BY m.ticket_id ORDER BY m.id) AS until,
         m.step = 'call' AND NOT coalesce(bool_or(m.step = 'call') OVER (
           PARTITION BY m.ticket_id ORDER BY m.id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
         ), false) AS first_call,
         min(m.at) OVER (PARTITION BY m.ticket_id) AS taken_at
  FROM hall_ticketmove m
  JOIN hall_ticket t ON t.id = m.ticket_id
  WHERE t.hall_id = %(hall)s AND t.day BETWEEN %(first)s AND %(last)s
),
here AS (
  SELECT moved.*, o.bureau
  FROM moved
  JOIN offices_officer f ON f.id = moved.officer_id
  LEFT JOIN offices_office o ON o.code = f.office_id
  WHERE moved.window_id IS NOT NULL
),
sitting AS (
  SELECT window_id, officer_id, bureau,
         extract(epoch FROM min(at - taken_at) FILTER (WHERE first_call)) AS wait,
         extract(epoch FROM sum(until - at) FILTER (WHERE after = 'serving')) AS service,
         count(*) FILTER (WHERE step IN ('call', 'recall')) AS calls,
         count(*) FILTER (WHERE step = 'miss') AS misses,
         count(*) FILTER (WHERE step = 'finish') AS finished
  FROM here
  GROUP BY window_id, officer_id, bureau, ticket_id
),
present AS (
  SELECT window_id, officer_id, bureau, extract(epoch FROM max(at) - min(at)) AS open
  FROM here
  GROUP BY window_id, officer_id, bureau, day
),
counted AS (
  SELECT window_id, officer_id, bureau, wait, service, calls, misses, finished, NULL AS open
  FROM sitting
  UNION ALL
  SELECT window_id, officer_id, bureau, NULL, NULL, 0, 0, 0, open FROM present
)
SELECT grouping(window_id, officer_id, bureau) AS which, window_id, officer_id, bureau,
       count(wait) AS called,
       count(service) AS served,
       sum(finished)::int AS finished,
       sum(calls)::int AS calls,
       sum(misses)::int AS misses,
       avg(wait)::float AS wait_mean,
       avg(service)::float AS service_mean,
       percentile_cont(0.5) WITHIN GROUP (ORDER BY service) AS service_median,
       percentile_cont(0.9) WITHIN GROUP (ORDER BY service) AS service_p90,
       coalesce(sum(service), 0)::float AS busy,
       coalesce(sum(open), 0)::float AS open
FROM counted
GROUP BY GROUPING SETS ((window_id), (officer_id), (bureau))
ORDER BY which, window_id, officer_id, bureau
