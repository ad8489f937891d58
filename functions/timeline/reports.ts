import { PutObjectCommand } from "@aws-sdk/client-s3";
import { retryRead } from "../shared/backoff.ts";
import type { Dependencies } from "../shared/dependencies.ts";

/** A report in one of its forms. */
export interface ReportFile {
  readonly extension: "html" | "md" | "json";
  readonly contentType: string;
  readonly body: string;
}

/**
 * Keeps the forms of one report beside each other, as `<incident>/epoch-<epoch>.<extension>`, and answers with their keys.
 * The same timeline gives the same bytes, so that writing once more changes nothing.
 */
export async function keepReport(
  deps: Dependencies<"s3">,
  bucket: string,
  about: { readonly incident: string; readonly epoch: number },
  files: readonly ReportFile[],
): Promise<readonly string[]> {
  const keys: string[] = [];
  for (const { extension, contentType, body } of files) {
    const key = `${about.incident}/epoch-${about.epoch}.${extension}`;
    await retryRead(deps, () =>
      deps.aws
        .s3(deps.region)
        .send(new PutObjectCommand({ Bucket: bucket, Key: key, ContentType: contentType, Body: body })),
    );
    keys.push(key);
  }
  return keys;
}
