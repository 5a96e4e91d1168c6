"""The queries that prove the ledgers: each gives what is wrong, and nothing when all is well."""

from __future__ import annotations

import sqlalchemy as sa

TILING = """
WITH piece AS (
  SELECT t.batch_id AS batch_id, a.from_g AS from_g, a.to_g AS to_g
  FROM allocation a JOIN tranche t ON t.event_id = a.event_id AND t.tranche_id = a.tranche_id
  UNION ALL SELECT batch_id, from_g, to_g FROM tranche WHERE event_id = ''
), walked AS (
  SELECT batch_id, from_g,
    LAG(to_g, 1, CAST(0 AS BIGINT)) OVER (PARTITION BY batch_id ORDER BY from_g, to_g) AS before_g
  FROM piece
)
SELECT batch_id || ' at ' || CAST(from_g AS TEXT) || ' g, after ' || CAST(before_g AS TEXT) || ' g'
FROM walked WHERE from_g <> before_g
UNION ALL
SELECT b.batch_id || ' ends at ' || CAST(COALESCE(MAX(p.to_g), 0) AS TEXT) || ' g'
FROM credit_batch b LEFT JOIN piece p ON p.batch_id = b.batch_id
GROUP BY b.batch_id, b.credit_count HAVING COALESCE(MAX(p.to_g), 0) <> b.credit_count * 1000000
"""
"""Every batch is tiled, without gap or overlap, by its events' allocations and by what no event has."""

TRANCHE_TILING = """
WITH walked AS (
  SELECT t.tranche_id AS tranche_id, a.from_g AS from_g, t.from_g AS first_g,
    LAG(a.to_g) OVER (PARTITION BY t.event_id, t.tranche_id ORDER BY a.from_g, a.to_g) AS before_g
  FROM tranche t JOIN allocation a ON a.event_id = t.event_id AND a.tranche_id = t.tranche_id
  WHERE t.event_id <> '' {event_t}
)
SELECT tranche_id || ' at ' || CAST(from_g AS TEXT) || ' g' FROM walked WHERE from_g <> COALESCE(before_g, first_g)
UNION ALL
SELECT t.tranche_id || ' ends at ' || CAST(COALESCE(MAX(a.to_g), 0) AS TEXT) || ' g'
FROM tranche t LEFT JOIN allocation a ON a.event_id = t.event_id AND a.tranche_id = t.tranche_id
WHERE t.event_id <> '' {event_t}
GROUP BY t.event_id, t.tranche_id, t.to_g HAVING COALESCE(MAX(a.to_g), 0) <> t.to_g
"""
"""Every tranche is tiled by its allocations."""

COVERAGE = """
SELECT 'line ' || c.participation_id || '/' || CAST(c.version AS TEXT) || '/' || CAST(c.line_no AS TEXT) || ': '
  || CAST(SUM(c.grams) AS TEXT) || ' g claimed of ' || CAST(COALESCE(l.total_g, 0) AS TEXT)
FROM claim c LEFT JOIN emission_line l ON l.event_id = c.event_id AND l.participation_id = c.participation_id
  AND l.version = c.version AND l.line_no = c.line_no
WHERE c.line_no >= 0 {event_c}
GROUP BY c.event_id, c.participation_id, c.version, c.line_no, l.total_g
HAVING SUM(c.grams) < 0 OR SUM(c.grams) > COALESCE(l.total_g, 0)
UNION ALL
SELECT 'line of a past version ' || c.participation_id || '/' || CAST(c.version AS TEXT) || '/'
  || CAST(c.line_no AS TEXT)
FROM claim c JOIN participation p ON p.event_id = c.event_id AND p.participation_id = c.participation_id
WHERE c.line_no >= 0 AND c.version <> p.footprint_version {event_c}
GROUP BY c.event_id, c.participation_id, c.version, c.line_no HAVING SUM(c.grams) <> 0
UNION ALL
SELECT 'order ' || o.order_id || ': ' || CAST(o.claimed_g AS TEXT) || ' g claimed of '
  || CAST(o.grams AS TEXT) || ' g, ' || o.state
FROM (SELECT o.event_id, o.order_id, o.grams, o.state, COALESCE((SELECT SUM(c.grams) FROM claim c
        WHERE c.event_id = o.event_id AND c.order_id = o.order_id), 0) AS claimed_g
      FROM orders o WHERE 1 = 1 {event_o}) o
WHERE o.claimed_g <> CASE WHEN o.state IN ('paid', 'pooled', 'retired') THEN o.grams ELSE 0 END
"""
"""No line has more claims than grams, none of a past version has any left, and a paid order's claims are its grams."""

PLANS = """
SELECT 'order ' || c.order_id || ' has ' || CAST(SUM(c.grams) AS TEXT) || ' g on line ' || CAST(c.line_no AS TEXT)
  || ' of "' || c.participation_id || '"'
FROM claim c WHERE c.line_no < 0 {event_c}
GROUP BY c.event_id, c.order_id, c.participation_id, c.line_no
HAVING SUM(c.grams) < 0 OR c.line_no < -2 OR (c.line_no = -2 AND c.participation_id <> '' AND SUM(c.grams) <> 0)
UNION ALL
SELECT 'order ' || o.order_id || ' is on no plan and has grams on it'
FROM orders o JOIN claim c ON c.event_id = o.event_id AND c.order_id = o.order_id AND c.line_no = -2
WHERE CAST(o.covers AS TEXT) NOT LIKE '%"plan"%' {event_o}
UNION ALL
SELECT 'order ' || o.order_id || ' adds to ' || o.adds_to || ', which is not the same guest''s'
FROM orders o LEFT JOIN orders a ON a.event_id = o.event_id AND a.order_id = o.adds_to
  AND a.participation_id = o.participation_id AND a.adds_to = '' AND a.order_id <> o.order_id
WHERE o.adds_to <> '' AND a.order_id IS NULL {event_o}
"""
"""What lies on no line is never negative, only plans wait on one, and an order adds to the same guest's first."""

INVITED = """
SELECT 'invitation ' || c.invitation_id || ' was used ' || CAST(c.use_count AS TEXT) || ' times'
FROM company_invitation c
WHERE (c.use_count < 0 OR (c.most_uses > 0 AND c.use_count > c.most_uses)) {event_c}
"""
"""No invitation is used more often than it may be."""

ORDER_GRAMS = """
SELECT 'order ' || o.order_id || ' (' || o.state || ') of ' || CAST(o.grams AS TEXT) || ' g has '
  || CAST(o.taken_g AS TEXT) || ' g, ' || CAST(o.fitting_g AS TEXT) || ' g of them as its state asks'
FROM (SELECT o.order_id, o.state, o.grams,
        COALESCE(SUM(a.to_g - a.from_g), 0) AS taken_g,
        COALESCE(SUM(CASE WHEN (o.state = 'held' AND a.state = 'held')
          OR (o.state IN ('paid', 'pooled') AND a.state IN ('sold', 'retired'))
          OR (o.state = 'retired' AND a.state = 'retired') THEN a.to_g - a.from_g ELSE 0 END), 0) AS fitting_g
      FROM orders o LEFT JOIN allocation a ON a.event_id = o.event_id AND a.order_id = o.order_id
      WHERE 1 = 1 {event_o}
      GROUP BY o.event_id, o.order_id, o.state, o.grams) o
WHERE o.taken_g <> o.fitting_g
  OR o.taken_g <> CASE WHEN o.state IN ('held', 'paid', 'pooled', 'retired') THEN o.grams ELSE 0 END
UNION ALL
SELECT 'allocation ' || a.tranche_id || ' at ' || CAST(a.from_g AS TEXT) || ' g is ' || a.state
  || ' for "' || a.order_id || '"'
FROM allocation a LEFT JOIN orders o ON o.event_id = a.event_id AND o.order_id = a.order_id
WHERE ((a.state IN ('free', 'surplus', 'set_aside')) <> (a.order_id = '')
  OR (a.order_id <> '' AND o.order_id IS NULL)) {event_a}
UNION ALL
SELECT 'order ' || o.order_id || ' is pooled, though all of it is retired'
FROM orders o WHERE o.state = 'pooled' {event_o} AND NOT EXISTS (
  SELECT 1 FROM allocation a WHERE a.event_id = o.event_id AND a.order_id = o.order_id AND a.state <> 'retired')
"""
"""Every order has exactly its grams, in the states that its own asks for, and no allocation is of nobody."""

CERTIFICATES = """
SELECT 'order ' || o.order_id || ' (' || o.state || ') has certificate "' || o.certificate_number || '"'
FROM orders o LEFT JOIN certificate c ON c.event_id = o.event_id AND c.number = o.certificate_number
  AND c.order_id = o.order_id AND c.revoked_at IS NULL
WHERE o.state IN ('paid', 'pooled', 'retired') AND o.buyer <> 'gift' AND c.number IS NULL {event_o}
UNION ALL
SELECT 'certificate ' || c.number || ' stands, though its order is not paid'
FROM certificate c LEFT JOIN orders o ON o.event_id = c.event_id AND o.order_id = c.order_id
  AND o.state IN ('paid', 'pooled', 'retired')
WHERE c.revoked_at IS NULL AND o.order_id IS NULL {event_c}
"""
"""Every paid order has one valid certificate, and no other order has."""

LOGGED = """
SELECT 'order ' || o.order_id || ' (' || o.state || ') is not in the log' FROM orders o
WHERE (o.state IN ('paid', 'pooled', 'retired') OR (o.state = 'refunded' AND o.certificate_number <> ''))
  AND o.buyer <> 'gift'
  AND NOT EXISTS (SELECT 1 FROM log_entry l WHERE l.event_id = o.event_id AND l.subject = o.order_id
    AND l.kind = CASE WHEN o.state = 'refunded' THEN 'revocation' ELSE 'order' END) {event_o}
UNION ALL
SELECT 'retirement ' || c.retirement_id || ' is not in the log' FROM retirement c
WHERE NOT EXISTS (SELECT 1 FROM log_entry l WHERE l.event_id = c.event_id AND l.subject = c.retirement_id) {event_c}
"""
"""Every order that was paid, every retirement and every revocation is in the transparency log."""

RETIRED = """
WITH walked AS (
  SELECT c.retirement_id AS retirement_id, c.from_g AS from_g,
    LAG(c.to_g) OVER (PARTITION BY c.event_id, c.batch_id ORDER BY c.from_g, c.to_g) AS before_g
  FROM retirement c WHERE 1 = 1 {event_c}
)
SELECT 'retirement ' || retirement_id || ' overlaps another' FROM walked WHERE from_g < before_g
UNION ALL
SELECT 'retirement ' || r.retirement_id || ' of ' || CAST(r.whole_g AS TEXT) || ' g has ' || CAST(r.has_g AS TEXT)
FROM (SELECT c.retirement_id, c.to_g - c.from_g AS whole_g, COALESCE((
        SELECT SUM(a.to_g - a.from_g) FROM allocation a
        JOIN tranche t ON t.event_id = a.event_id AND t.tranche_id = a.tranche_id
        WHERE a.event_id = c.event_id AND t.batch_id = c.batch_id AND a.state IN ('retired', 'surplus')
          AND a.from_g >= c.from_g AND a.to_g <= c.to_g), 0) AS has_g
      FROM retirement c WHERE 1 = 1 {event_c}) r
WHERE r.has_g <> r.whole_g
UNION ALL
SELECT 'grams of ' || t.batch_id || ' at ' || CAST(a.from_g AS TEXT) || ' g are ' || a.state || ' by no retirement'
FROM allocation a JOIN tranche t ON t.event_id = a.event_id AND t.tranche_id = a.tranche_id
WHERE a.state IN ('retired', 'surplus') {event_a} AND NOT EXISTS (
  SELECT 1 FROM retirement r WHERE r.event_id = a.event_id AND r.batch_id = t.batch_id
    AND r.from_g <= a.from_g AND r.to_g >= a.to_g)
UNION ALL
SELECT 'retirement ' || c.retirement_id || ' was entered and confirmed by ' || c.confirmed_by
FROM retirement c WHERE c.instruction_id <> '' AND c.entered_by = c.confirmed_by {event_c}
"""
"""What is retired here is what retirements say, each gram once, and two people stand for each."""

INSTRUCTED = """
WITH run AS (
  SELECT c.event_id AS event_id, c.batch_id AS batch_id, c.from_g AS from_g, c.to_g AS to_g,
    c.instruction_id AS instruction_id, i.number AS number, i.state AS state
  FROM instruction_run c JOIN instruction i ON i.instruction_id = c.instruction_id
  WHERE i.state <> 'withdrawn' {event_c}
), walked AS (
  SELECT number, batch_id, from_g, LAG(to_g) OVER (PARTITION BY batch_id ORDER BY from_g, to_g) AS before_g FROM run
)
SELECT number || ' has credits of ' || batch_id || ' at ' || CAST(from_g AS TEXT) || ' g that another has'
FROM walked WHERE from_g < before_g
UNION ALL
SELECT r.number || ': credits of ' || r.batch_id || ' at ' || CAST(r.from_g AS TEXT) || ' g are not sold or set aside'
FROM run r WHERE r.state IN ('drafted', 'sent', 'entered') AND r.to_g - r.from_g <> COALESCE((
  SELECT SUM(CASE WHEN a.to_g < r.to_g THEN a.to_g ELSE r.to_g END
    - CASE WHEN a.from_g > r.from_g THEN a.from_g ELSE r.from_g END)
  FROM allocation a JOIN tranche t ON t.event_id = a.event_id AND t.tranche_id = a.tranche_id
  WHERE a.event_id = r.event_id AND t.batch_id = r.batch_id AND a.state IN ('sold', 'set_aside')
    AND a.from_g < r.to_g AND a.to_g > r.from_g), 0)
UNION ALL
SELECT 'grams of ' || t.batch_id || ' at ' || CAST(a.from_g AS TEXT) || ' g are set aside for no open instruction'
FROM allocation a JOIN tranche t ON t.event_id = a.event_id AND t.tranche_id = a.tranche_id
WHERE a.state = 'set_aside' {event_a} AND NOT EXISTS (
  SELECT 1 FROM instruction_run r JOIN instruction i ON i.instruction_id = r.instruction_id
  WHERE i.state IN ('drafted', 'sent', 'entered') AND r.event_id = a.event_id AND r.batch_id = t.batch_id
    AND r.from_g <= a.from_g AND r.to_g >= a.to_g)
UNION ALL
SELECT r.number || ' is confirmed, and its credits at ' || CAST(r.from_g AS TEXT) || ' g have no retirement'
FROM run r WHERE r.state = 'confirmed' AND NOT EXISTS (
  SELECT 1 FROM retirement e WHERE e.event_id = r.event_id AND e.instruction_id = r.instruction_id
    AND e.batch_id = r.batch_id AND e.from_g = r.from_g AND e.to_g = r.to_g)
"""
"""No credit is in two instructions; open ones have theirs, and confirmed ones their retirements."""

LIVEMODE = """
SELECT 'order ' || o.order_id FROM orders o JOIN event e ON e.event_id = o.event_id
WHERE o.livemode <> e.livemode {event_o}
UNION ALL SELECT 'tranche ' || t.tranche_id FROM tranche t JOIN event e ON e.event_id = t.event_id
WHERE t.livemode <> e.livemode {event_t}
UNION ALL SELECT 'tranche ' || t.tranche_id FROM tranche t JOIN credit_batch b ON b.batch_id = t.batch_id
WHERE t.livemode <> b.livemode {event_t}
UNION ALL SELECT 'allocation ' || a.tranche_id || ' at ' || CAST(a.from_g AS TEXT) FROM allocation a
  JOIN tranche t ON t.event_id = a.event_id AND t.tranche_id = a.tranche_id WHERE a.livemode <> t.livemode {event_a}
UNION ALL SELECT 'claim ' || c.claim_id FROM claim c
  JOIN orders o ON o.event_id = c.event_id AND o.order_id = c.order_id WHERE c.livemode <> o.livemode {event_c}
UNION ALL SELECT 'posting ' || j.posting_id FROM journal j
  JOIN orders o ON o.event_id = j.event_id AND o.order_id = j.order_id WHERE j.livemode <> o.livemode {event_j}
UNION ALL SELECT 'certificate ' || c.number FROM certificate c
  JOIN orders o ON o.event_id = c.event_id AND o.order_id = c.order_id WHERE c.livemode <> o.livemode {event_c}
"""
"""Test and live rows never meet."""

JOURNAL = """
SELECT 'posting ' || j.posting_id || ' sums to ' || CAST(SUM(j.amount_minor) AS TEXT) FROM journal j
WHERE 1 = 1 {event_j} GROUP BY j.event_id, j.posting_id, j.currency, j.livemode HAVING SUM(j.amount_minor) <> 0
UNION ALL
SELECT 'event ' || j.event_id || ' sums to ' || CAST(SUM(j.amount_minor) AS TEXT) || ' ' || j.currency FROM journal j
WHERE 1 = 1 {event_j} GROUP BY j.event_id, j.currency, j.livemode HAVING SUM(j.amount_minor) <> 0
UNION ALL
SELECT 'posting ' || j.posting_id || ' is of another project or currency than its order' FROM journal j
JOIN orders o ON o.event_id = j.event_id AND o.order_id = j.order_id
WHERE (j.project_id <> o.project_id OR (j.currency <> o.currency AND j.account NOT IN ('buyer', 'to_give_back')))
  {event_j}
UNION ALL
SELECT 'order ' || o.order_id || ' (' || o.state || '): its buyer has paid ' || CAST(o.paid_minor AS TEXT)
FROM (SELECT o.order_id, o.state, o.amount_minor + o.gift_minor AS due_minor,
        COALESCE((SELECT -SUM(j.amount_minor) FROM journal j
          WHERE j.event_id = o.event_id AND j.order_id = o.order_id AND j.account IN ('buyer', 'to_give_back')), 0)
          AS paid_minor
      FROM orders o WHERE 1 = 1 {event_o}) o
WHERE o.paid_minor <> CASE WHEN o.state IN ('paid', 'pooled', 'retired', 'paid_late') THEN o.due_minor ELSE 0 END
"""
"""Every posting sums to zero, every event by currency too, and the journal has exactly what paid orders cost, beside
what goes back."""

GIVEN_BACK = """
SELECT 'order ' || m.order_id || ': ' || CAST(SUM(m.minor) AS TEXT) || ' ' || m.currency
  || ' came from providers, less what went back, and stands on no account'
FROM (
  SELECT c.event_id, c.order_id, c.currency,
    CASE WHEN c.state = 'succeeded' THEN c.amount_minor WHEN c.state = 'refunded' THEN -c.amount_minor ELSE 0 END
    AS minor
  FROM payment c WHERE 1 = 1 {event_c}
  UNION ALL SELECT j.event_id, j.order_id, j.currency, j.amount_minor
  FROM journal j WHERE j.account = 'buyer' AND j.order_id <> '' {event_j}
) m GROUP BY m.event_id, m.order_id, m.currency HAVING SUM(m.minor) <> 0
UNION ALL
SELECT 'order ' || j.order_id || ' has given back ' || CAST(-SUM(j.amount_minor) AS TEXT) || ' ' || j.currency
  || ' too much'
FROM journal j WHERE j.account = 'to_give_back' {event_j}
GROUP BY j.event_id, j.order_id, j.currency HAVING SUM(j.amount_minor) < 0
UNION ALL
SELECT 'order ' || j.order_id || ' owes its buyer ' || CAST(SUM(j.amount_minor) AS TEXT) || ' ' || j.currency
  || ', and nothing sends it back'
FROM journal j WHERE j.account = 'to_give_back' {event_j}
GROUP BY j.event_id, j.order_id, j.currency
HAVING SUM(j.amount_minor) > 0 AND NOT EXISTS (SELECT 1 FROM job a WHERE a.event_id = j.event_id
  AND a.kind = 'refund' AND (a.job_id = 'refund-' || j.order_id OR a.job_id LIKE 'refund-' || j.order_id || '-%')
  AND (a.done_at IS NULL OR a.last_error <> ''))
"""
"""What providers say came and went back is what buyers paid by the journal, and what is owed back is being sent."""

SETTLED = """
SELECT 'row ' || l.posting_id || '/' || CAST(l.seq AS TEXT) || ' is not of what settlement '
  || COALESCE(s.number, l.settlement_id) || ' is of'
FROM settlement_line l
LEFT JOIN settlement s ON s.settlement_id = l.settlement_id
LEFT JOIN journal j ON j.event_id = l.event_id AND j.posting_id = l.posting_id AND j.seq = l.seq
WHERE s.settlement_id IS NULL OR j.event_id IS NULL OR j.settlement_id <> '' OR j.account <> s.account
  OR j.currency <> s.currency OR j.livemode <> s.livemode OR (s.project_id <> '' AND j.project_id <> s.project_id)
UNION ALL
SELECT 'row ' || l.posting_id || '/' || CAST(l.seq AS TEXT) || ' is settled ' || CAST(COUNT(*) AS TEXT) || ' times'
FROM settlement_line l GROUP BY l.event_id, l.posting_id, l.seq HAVING COUNT(*) > 1
UNION ALL
SELECT 'settlement ' || s.number || ' of ' || CAST(s.amount_minor AS TEXT) || ' settles rows of '
  || CAST(s.lines_minor AS TEXT) || ' and paid out ' || CAST(s.paid_minor AS TEXT)
FROM (SELECT s.number, s.amount_minor, s.line_count,
    COALESCE((SELECT SUM(j.amount_minor) FROM settlement_line l JOIN journal j ON j.event_id = l.event_id
      AND j.posting_id = l.posting_id AND j.seq = l.seq WHERE l.settlement_id = s.settlement_id), 0) AS lines_minor,
    (SELECT COUNT(*) FROM settlement_line l WHERE l.settlement_id = s.settlement_id) AS lines_count,
    COALESCE(p.paid_minor, 0) AS paid_minor
  FROM settlement s LEFT JOIN (SELECT settlement_id, SUM(amount_minor) AS paid_minor FROM journal
    WHERE account = 'paid_out' AND settlement_id <> '' GROUP BY settlement_id) p ON p.settlement_id = s.settlement_id) s
WHERE s.amount_minor <> s.lines_minor OR s.amount_minor <> s.paid_minor OR s.line_count <> s.lines_count
  OR s.amount_minor <= 0
"""
"""Every row of the journal is settled at most once, by a settlement of its account, and what that paid out is their
sum."""

RECEIPTS = """
SELECT 'order ' || o.order_id || ' (' || o.state || ') has ' || CAST(o.receipts AS TEXT) || ' receipts and '
  || CAST(o.notes AS TEXT) || ' credit notes'
FROM (SELECT o.order_id, o.state, CASE WHEN o.certificate_number <> '' OR (o.buyer = 'gift' AND o.paid_at IS NOT NULL)
    THEN 1 ELSE 0 END AS was_paid,
  COUNT(CASE WHEN r.kind = 'receipt' THEN 1 END) AS receipts,
  COUNT(CASE WHEN r.kind = 'credit_note' THEN 1 END) AS notes
  FROM orders o LEFT JOIN receipt r ON r.event_id = o.event_id AND r.order_id = o.order_id AND r.livemode = o.livemode
    AND r.currency = o.currency AND r.amount_minor = (o.amount_minor + o.gift_minor)
      * CASE WHEN r.kind = 'receipt' THEN 1 ELSE -1 END
  WHERE 1 = 1 {event_o}
  GROUP BY o.event_id, o.order_id, o.state, o.certificate_number, o.buyer, o.paid_at) o
WHERE o.receipts <> CASE WHEN o.state IN ('paid', 'pooled', 'retired')
    OR (o.state = 'refunded' AND o.was_paid = 1) THEN 1 ELSE 0 END
  OR o.notes <> CASE WHEN o.state = 'refunded' AND o.was_paid = 1 THEN 1 ELSE 0 END
UNION ALL
SELECT 'numbers of ' || o.kind || ' ' || CAST(o.year AS TEXT) || ' of event ' || o.event_id || ' have a gap'
FROM (SELECT event_id, kind, year, COUNT(*) AS found, MIN(seq_no) AS first_no, MAX(seq_no) AS last_no
  FROM receipt GROUP BY event_id, kind, year) o
LEFT JOIN number_series n ON n.event_id = o.event_id AND n.series = o.kind AND n.year = o.year
WHERE (o.first_no <> 1 OR o.found <> o.last_no OR n.last_no IS NULL OR n.last_no <> o.last_no) {event_o}
UNION ALL
SELECT 'receipt ' || o.number || ' is of no order' FROM receipt o
WHERE NOT EXISTS (SELECT 1 FROM orders p WHERE p.event_id = o.event_id AND p.order_id = o.order_id) {event_o}
"""
"""Every order that was paid has one receipt, every one that went back a credit note, and no number is left out."""

FORESTRY = """
SELECT 'line ' || l.participation_id || '/' || CAST(l.version AS TEXT) || '/' || CAST(l.line_no AS TEXT) || ': '
  || CAST(l.credit_g AS TEXT) || ' g by credits and ' || CAST(l.planted_g AS TEXT) || ' g by planting of '
  || CAST(l.total_g AS TEXT)
FROM (SELECT c.participation_id, c.version, c.line_no, SUM(c.grams) AS planted_g,
        COALESCE((SELECT e.total_g FROM emission_line e JOIN participation p ON p.event_id = e.event_id
          AND p.participation_id = e.participation_id AND p.footprint_version = e.version
          WHERE e.event_id = c.event_id AND e.participation_id = c.participation_id AND e.version = c.version
          AND e.line_no = c.line_no), 0) AS total_g,
        COALESCE((SELECT SUM(k.grams) FROM claim k WHERE k.event_id = c.event_id
          AND k.participation_id = c.participation_id AND k.version = c.version AND k.line_no = c.line_no), 0)
          AS credit_g
      FROM forestry_claim c WHERE c.line_no >= 0 {event_c}
      GROUP BY c.event_id, c.participation_id, c.version, c.line_no) l
WHERE l.planted_g > 0 AND l.planted_g + l.credit_g > l.total_g
UNION ALL
SELECT 'planting ' || p.plan_id || ' (' || p.state || ') stands for ' || CAST(p.claimed_g AS TEXT) || ' g of '
  || CAST(p.promised_g AS TEXT) || ' g promised and not lost'
FROM (SELECT t.plan_id, t.state,
        COALESCE((SELECT SUM(c.grams) FROM forestry_claim c
          WHERE c.event_id = t.event_id AND c.plan_id = t.plan_id), 0) AS claimed_g,
        CASE WHEN t.expected_g > t.lost_g THEN t.expected_g - t.lost_g ELSE 0 END AS promised_g
      FROM (SELECT t.event_id, t.plan_id, t.state, t.expected_g,
              COALESCE((SELECT SUM(r.grams) FROM forestry_record r WHERE r.event_id = t.event_id
                AND r.plan_id = t.plan_id AND r.state = 'confirmed' AND r.kind = 'reversal'), 0) AS lost_g
            FROM forestry_plan t WHERE 1 = 1 {event_t}) t) p
WHERE (p.state = 'agreed' AND p.claimed_g <> p.promised_g)
  OR (p.state = 'closed' AND p.claimed_g > p.promised_g) OR (p.state IN ('drafted', 'withdrawn') AND p.claimed_g <> 0)
UNION ALL
SELECT 'planting ' || c.plan_id || ' has less than nothing on a line' FROM forestry_claim c WHERE 1 = 1 {event_c}
GROUP BY c.event_id, c.plan_id, c.participation_id, c.version, c.line_no HAVING SUM(c.grams) < 0
UNION ALL
SELECT 'entry ' || t.record_id || ' was confirmed by who entered it' FROM forestry_record t
WHERE t.state = 'confirmed' AND t.confirmed_by = t.entered_by {event_t}
UNION ALL
SELECT 'planting ' || t.plan_id || ' is of the other mode' FROM forestry_plan t
  JOIN event e ON e.event_id = t.event_id WHERE t.livemode <> e.livemode {event_t}
UNION ALL
SELECT 'claim ' || c.claim_id || ' is of the other mode' FROM forestry_claim c
  JOIN forestry_plan p ON p.event_id = c.event_id AND p.plan_id = c.plan_id WHERE c.livemode <> p.livemode {event_c}
"""
"""Credits and planting together never exceed a line, and a planting stands for what it promised and has not lost."""

SERIALS = """
SELECT a.batch_id || ' and ' || b.batch_id || ' share serial numbers of registry ' || a.registry
FROM credit_batch a JOIN credit_batch b ON b.registry = a.registry AND b.serial_prefix = a.serial_prefix
  AND b.batch_id > a.batch_id AND b.serial_first < a.serial_first + a.credit_count
  AND a.serial_first < b.serial_first + b.credit_count
"""
"""No serial number of a registry is in two batches."""

SHOWN = 20


def wrong(conn: sa.Connection, query: str, event_id: str | None) -> list[str]:
    """What a proof finds wrong, in one event or in all: at most 20 lines, [] when it holds."""
    narrow = {f"event_{alias}": "" if event_id is None else f"AND {alias}.event_id = :event_id" for alias in "tcoaj"}
    text = sa.text(query.format(**narrow) + f" LIMIT {SHOWN}")
    return [str(row[0]) for row in conn.execute(text, {} if event_id is None else {"event_id": event_id})]
