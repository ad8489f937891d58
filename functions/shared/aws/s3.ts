import { S3Client } from "@aws-sdk/client-s3";
import { bounded, type ClientFactory, oncePerKey } from "./bounds.ts";

export const s3: ClientFactory<"s3"> = (limits) => oncePerKey((region) => new S3Client({ ...bounded(limits), region }));
