-- 0023_sealed_hashes.sql: what the hashes of an exchange are where its personal data was replaced. Comments only.

COMMENT ON COLUMN gleaner.exchanges.request_sha256 IS 'Over the exact bytes of the request. Where redaction says stored it is an HMAC of that under the project''s key (moderation_keys): a plain hash beside a text with one number left out tells the number to whoever tries them all.';
COMMENT ON COLUMN gleaner.exchanges.response_sha256 IS 'The same of the response; null when nothing of one came.';
COMMENT ON COLUMN gleaner.exchanges.redaction IS 'Whether personal data was replaced by placeholders: projection (messages and answer only) or stored (the bytes too; the lengths stay those of the original), with the policy''s version behind a colon; withheld when it could not be replaced and the texts were left out; null when nothing was.';
