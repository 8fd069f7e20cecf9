-- The tickets of one hall and some days: all together, by business, by day, by half hour of taking.
-- Each ticket is one row of `ticket`, whatever became of it.
WITH moved AS (
  SELECT m.id, m.ticket_id, t.day, m.step, m.after, m.at, m.business,
         lead(m.at) OVER (PARTITION BY m.ticket_id ORDER BY m.id) AS until
  FROM hall_ticketmove m
  JOIN hall_ticket t ON t.id = m.ticket_id
  WHERE t.hall_id = %(hall)s AND t.day BETWEEN %(first)s AND %(last)s
),
ticket AS (
  SELECT ticket_id, day,
         min(business) FILTER (WHERE step = 'take') AS business,
         min(at) FILTER (WHERE step = 'take') AS taken_at,
         extract(epoch FROM min(at) FILTER (WHERE step = 'call')
                          - min(at) FILTER (WHERE step = 'take')) AS wait,
         extract(epoch FROM sum(until - at) FILTER (WHERE after = 'serving')) AS service,
         count(*) FILTER (WHERE step IN ('call', 'recall')) AS calls,
         count(*) FILTER (WHERE step = 'miss') AS misses,
         count(*) FILTER (WHERE step = 'transfer') AS transfers,
         (array_agg(after ORDER BY id DESC))[1] AS state
  FROM moved
  GROUP BY ticket_id, day
),
promise AS (
  SELECT p.ticket_id,
         count(*) FILTER (WHERE p.low IS NULL) AS unknown,
         count(*) FILTER (WHERE p.low IS NOT NULL AND p.outcome = 'call') AS promised,
         count(*) FILTER (
           WHERE p.outcome = 'call'
             AND p.ended_at - p.at BETWEEN make_interval(mins => p.low)
                                       AND make_interval(mins => p.high)) AS kept
  FROM hall_promise p
  JOIN ticket USING (ticket_id)
  GROUP BY p.ticket_id
),
counted AS (
  SELECT ticket.*, promise.unknown, promise.promised, promise.kept,
         to_char(date_bin('30 minutes', taken_at AT TIME ZONE %(zone)s, '2000-01-01'), 'HH24:MI')
           AS half_hour
  FROM ticket
  LEFT JOIN promise USING (ticket_id)
)
SELECT grouping(business, day, half_hour) AS which, business, day, half_hour,
       count(*) AS taken,
       count(wait) AS called,
       count(*) FILTER (WHERE state = 'finished') AS finished,
       count(*) FILTER (WHERE state = 'abandoned') AS abandoned,
       count(*) FILTER (WHERE state = 'merged') AS merged,
       coalesce(sum(calls), 0)::int AS calls,
       coalesce(sum(misses), 0)::int AS misses,
       coalesce(sum(transfers), 0)::int AS transfers,
       count(*) FILTER (WHERE wait > %(too_long)s) AS too_long,
       avg(wait)::float AS wait_mean,
       percentile_cont(0.5) WITHIN GROUP (ORDER BY wait) AS wait_median,
       percentile_cont(0.9) WITHIN GROUP (ORDER BY wait) AS wait_p90,
       max(wait)::float AS wait_longest,
       (avg(service) FILTER (WHERE state = 'finished'))::float AS service_mean,
       percentile_cont(0.5) WITHIN GROUP (ORDER BY service) FILTER (WHERE state = 'finished')
         AS service_median,
       percentile_cont(0.9) WITHIN GROUP (ORDER BY service) FILTER (WHERE state = 'finished')
         AS service_p90,
       coalesce(sum(unknown), 0)::int AS unknown,
       coalesce(sum(promised), 0)::int AS promised,
       coalesce(sum(kept), 0)::int AS kept
FROM counted
GROUP BY GROUPING SETS ((), (business), (day), (half_hour))
ORDER BY which, business, day, half_hour
