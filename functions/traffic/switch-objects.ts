/**
 * The objects of the `healthCheck` switch: what they are called, and where whoever signs nothing reads them. Route 53's
 * checkers, the step that throws the switch and the watch must all mean the same object.
 */

/** What evacuates a Region lies under this; nothing else does. */
export const evacuationPrefix = "evacuate/";

/** The object whose presence drains `region`: every other Region's health check watches it, inverted. */
export function evacuationKey(region: string): string {
  return `${evacuationPrefix}${region}`;
}

/**
 * Always there, as public as what evacuates a Region, and watched by no health check: whether it can be read unsigned tells
 * in calm times whether an evacuation would be seen (docs/adr/0026).
 */
export const canaryKey = "canary";

/** A bucket and the Region in which it lies. */
export interface SwitchBucket {
  readonly bucket: string;
  readonly region: string;
}

/**
 * The Region's own endpoint: that of us-east-1 answers a young bucket of another Region with a redirect, which a health check
 * takes for a present object (docs/adr/0014).
 */
export function switchBucketHost({ bucket, region }: SwitchBucket): string {
  return `${bucket}.s3.${region}.amazonaws.com`;
}

/**
 * As the health checkers ask for it.
 * @param endpoint who answers in S3's place, an emulator that has no name for each bucket; null: S3
 */
export function switchObjectUrl(holder: SwitchBucket, key: string, endpoint: string | null): string {
  if (endpoint === null) return `https://${switchBucketHost(holder)}/${key}`;
  return `${endpoint.replace(/\/+$/, "")}/${holder.bucket}/${key}`;
}
