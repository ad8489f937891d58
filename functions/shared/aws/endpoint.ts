/** Who answers in S3's place, as the SDK finds it: S3's own setting, then that of all services; null: S3 itself. */
export function findS3Endpoint(environment: Readonly<Record<string, string | undefined>>): string | null {
  return environment.AWS_ENDPOINT_URL_S3 || environment.AWS_ENDPOINT_URL || null;
}
