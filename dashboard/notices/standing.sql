-- name: delete_standing()!
-- How everything stood when we asked last is forgotten (relation told_standing) …
DELETE FROM template_standing;

-- name: insert_standing(now)!
-- … and what WhatsApp says now takes its place.
INSERT INTO template_standing SELECT name, language, status, category, quality, rejected_reason, :now::TIMESTAMP FROM told_standing;

-- name: list_standing()
-- How the templates stood when WhatsApp was asked last.
SELECT name, language, status, category, quality, rejected_reason, asked_at FROM template_standing ORDER BY name, language;

-- name: list_accepted()
-- Who accepted the price of which category.
SELECT name, language, category, max(accepted_by) FROM template_price_accepted GROUP BY ALL;

-- name: category_of(name, language)^
-- The category under which a template came back, and when WhatsApp was asked.
SELECT category, asked_at FROM template_standing WHERE name = :name AND language = :language;

-- name: insert_accepted(name, language, category, username, now)!
-- A person's word that the price is accepted.
INSERT INTO template_price_accepted VALUES (:name, :language, :category, :username, :now);
