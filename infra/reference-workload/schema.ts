/** The database's own user of the service: logs in with IAM tokens, and may read and overwrite marks, nothing else. */
export const databaseUser = "workload";

/**
 * Table, rows and user of the service, as one statement (the RDS Data API takes one at a time) that can be applied again
 * and again. The Regions' rows are written here, so that the service only ever updates: it cannot make the table grow.
 */
export function renderSchema(regions: readonly string[]): string {
  const rows = regions.map((region) => `(${quote(region)})`).join(", ");
  return `DO $schema$
BEGIN
  CREATE TABLE IF NOT EXISTS mark (region text PRIMARY KEY, token text, written_at timestamptz);
  INSERT INTO mark (region) VALUES ${rows} ON CONFLICT DO NOTHING;
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = ${quote(databaseUser)}) THEN
    CREATE ROLE ${databaseUser} LOGIN;
  END IF;
  GRANT rds_iam TO ${databaseUser};
  GRANT SELECT, UPDATE ON mark TO ${databaseUser};
END
$schema$`;
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
