-- name: delete_standing()!
-- How everything stood when we asked last is forgotten (relation told_standing) …
DELETE FROM template_standing;

-- name: insert_standing(now)!
-- … and what WhatsApp says now takes its place.
INSERT INTO template_standing SELECT name, language, status, category, quality, rejected_reason, :now::TIMESTAMP FROM told_standing;

-- name: list_standing()
-- How the templates stand, each with whoever accepted the category that came back.
SELECT standing.name, standing.language, status, standing.category, quality, rejected_reason, asked_at,
    (SELECT max(accepted_by) FROM template_price_accepted AS word
     WHERE word.name = standing.name AND word.language = standing.language AND word.category = standing.category)
FROM template_standing AS standing ORDER BY standing.name, standing.language;

-- name: category_of(name, language)$
-- The category under which a template came back.
SELECT category FROM template_standing WHERE name = :name AND language = :language;

-- name: insert_accepted(name, language, category, username, now)!
-- A person's word that the price is accepted.
INSERT INTO template_price_accepted VALUES (:name, :language, :category, :username, :now);
