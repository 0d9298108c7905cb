-- Where an account probably stands: a hint, in the accounts' order, that the consumer's own row confirms or not.
CREATE TABLE account_place AS
SELECT TRY_CAST(account_no AS BIGINT) AS account_key, office_no FROM consumer ORDER BY account_key;
