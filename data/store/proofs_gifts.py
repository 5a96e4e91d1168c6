"""The query that proves gifts: they buy nothing, and the special fund has exactly what was given."""

from __future__ import annotations

GIFTS = """
SELECT 'order ' || o.order_id || ' (' || o.buyer || ') is of ' || CAST(o.grams AS TEXT) || ' g at '
  || CAST(o.amount_minor AS TEXT) || ' and a gift of ' || CAST(o.gift_minor AS TEXT)
FROM orders o WHERE ((o.buyer = 'gift') <> (o.grams = 0) OR o.gift_minor < 0 OR (o.buyer = 'gift'
  AND (o.amount_minor <> 0 OR o.gift_minor <= 0 OR o.project_id <> '' OR o.state IN ('pooled', 'retired')
    OR o.certificate_number <> ''))) {event_o}
UNION ALL
SELECT 'gift ' || c.order_id || ' has a claim of ' || CAST(c.grams AS TEXT) || ' g' FROM claim c
JOIN orders o ON o.event_id = c.event_id AND o.order_id = c.order_id WHERE o.buyer = 'gift' {event_c}
UNION ALL
SELECT 'order ' || g.order_id || ' (' || g.state || ') gave ' || CAST(g.gift_minor AS TEXT) || ', and the fund has '
  || CAST(g.fund_minor AS TEXT) || ' of it'
FROM (SELECT o.order_id, o.state, o.gift_minor, o.buyer, CAST(o.split AS TEXT) AS split_text, COALESCE((
        SELECT SUM(j.amount_minor) FROM journal j WHERE j.event_id = o.event_id AND j.order_id = o.order_id
          AND j.account = 'special_fund'), 0) AS fund_minor
      FROM orders o WHERE 1 = 1 {event_o}) g
WHERE (g.buyer = 'gift' OR g.split_text NOT LIKE '%special_fund%')
  AND g.fund_minor <> CASE WHEN g.state IN ('paid', 'pooled', 'retired') THEN g.gift_minor ELSE 0 END
UNION ALL
SELECT 'posting ' || j.posting_id || ' gives ' || CAST(j.amount_minor AS TEXT) || ' of a gift to ' || j.account
FROM journal j JOIN orders o ON o.event_id = j.event_id AND o.order_id = j.order_id
WHERE o.buyer = 'gift' AND j.account NOT IN ('buyer', 'to_give_back', 'special_fund', 'exchange', 'provider') {event_j}
"""
"""Gifts hold no gram, claim none and are certified nowhere; what paid orders gave is what the fund's account has of
them, order by order, and a gift goes nowhere else (a provider's fee is the exchange's own)."""
