import { createHash } from "node:crypto";
import type {
  DeleteObjectCommandOutput,
  GetObjectCommandInput,
  GetObjectCommandOutput,
  HeadObjectCommandOutput,
  ListObjectsV2CommandInput,
  ListObjectsV2CommandOutput,
  PutObjectCommandInput,
  PutObjectCommandOutput,
} from "@aws-sdk/client-s3";
import type { Clock } from "../../functions/shared/clock.ts";
import { answer, readInput } from "./requests.ts";
import { ServiceError, type ServiceRequest, type SimulatedService } from "./service.ts";
import { demandKnownFields, UnknownToSimulator } from "./unknown.ts";

interface StoredObject {
  readonly body: string;
  readonly contentType: string | undefined;
  readonly at: number;
  readonly etag: string;
}

interface Bucket {
  readonly region: string;
  readonly objects: Map<string, StoredObject>;
  /** Whether whoever signs nothing may read what its policy makes public. */
  publicAccess: PublicAccess;
  /** What somebody has deleted behind the controller's back. */
  readonly vanished: Set<string>;
}

/** Block Public Access, or a perimeter around the account's data, as far as reads without a signature go. */
export type PublicAccess = "allowed" | "blocked";

const objectFields = new Set(["Bucket", "Key"]);
const putFields = new Set(["Bucket", "Key", "Body", "ContentType", "CacheControl", "IfNoneMatch"]);
const listFields = new Set(["Bucket", "Prefix", "MaxKeys"]);

/** S3's data plane: objects by bucket, each bucket in one Region. Bodies are text. */
export class SimulatedS3 implements SimulatedService {
  readonly #clock: Clock;
  readonly #buckets = new Map<string, Bucket>();

  constructor(options: { readonly clock: Clock }) {
    this.#clock = options.clock;
  }

  createBucket(region: string, name: string): void {
    if (this.#buckets.has(name)) throw new RangeError(`There is a bucket of this name already: received ${name}`);
    this.#buckets.set(name, { region, objects: new Map(), publicAccess: "allowed", vanished: new Set() });
  }

  /** Whether the object is there, for whoever signs. */
  has(bucket: string, key: string): boolean {
    return this.#buckets.get(bucket)?.objects.has(key) ?? false;
  }

  /**
   * What S3 answers to an unsigned GET, from wherever the bucket's Region can be reached. Nobody may list, so that who finds
   * nothing is refused like who may not read. The switch's buckets have nothing else in them than what their policy opens.
   */
  readUnsigned(bucket: string, key: string): 200 | 403 {
    const found = this.#buckets.get(bucket);
    return found?.publicAccess === "allowed" && found.objects.has(key) ? 200 : 403;
  }

  /** Signed calls go on as before. */
  setPublicAccess(bucket: string, publicAccess: PublicAccess): void {
    this.#findBucket(bucket).publicAccess = publicAccess;
  }

  /** Whether nobody who signs nothing can read what is in it. */
  isClosed(bucket: string): boolean {
    return this.#buckets.get(bucket)?.publicAccess === "blocked";
  }

  /** Somebody deletes an object whose loss no run has decided. */
  vanish(bucket: string, key: string): void {
    const found = this.#findBucket(bucket);
    if (found.objects.delete(key)) found.vanished.add(key);
  }

  /** Whether somebody has taken what lies under `key` from those who read unsigned. */
  isTamperedWith(bucket: string, key: string): boolean {
    const found = this.#buckets.get(bucket);
    return found?.publicAccess === "blocked" || found?.vanished.has(key) === true;
  }

  /** Puts an object there without a request, to set a scenario up. */
  put(bucket: string, key: string, body: string): void {
    this.#findBucket(bucket).objects.set(key, this.#storedObject(body, undefined));
  }

  handle(request: ServiceRequest): Record<string, unknown> {
    switch (request.operation) {
      case "PutObject":
        return this.#putObject(request);
      case "GetObject":
        return this.#getObject(request);
      case "HeadObject":
        return this.#headObject(request);
      case "DeleteObject":
        return this.#deleteObject(request);
      case "ListObjectsV2":
        return this.#listObjects(request);
      default:
        throw new UnknownToSimulator(`s3:${request.operation}`);
    }
  }

  #putObject(request: ServiceRequest): Record<string, unknown> {
    const { Body: body, ContentType, IfNoneMatch } = readInput<PutObjectCommandInput>(request, putFields);
    const { bucket, key } = this.#locate(request);
    if (IfNoneMatch === "*" && bucket.objects.has(key)) {
      throw new ServiceError(
        "PreconditionFailed",
        "At least one of the pre-conditions you specified did not hold",
        412,
      );
    }
    const stored = this.#storedObject(textOf(body), ContentType);
    bucket.objects.set(key, stored);
    return answer<PutObjectCommandOutput>({ ETag: stored.etag });
  }

  #getObject(request: ServiceRequest): Record<string, unknown> {
    demandKnownFields(request.input, objectFields, request.operation);
    const { bucket, key } = this.#locate(request);
    const stored = bucket.objects.get(key);
    if (stored === undefined) throw new ServiceError("NoSuchKey", "The specified key does not exist.", 404);
    const body = { transformToString: () => Promise.resolve(stored.body) };
    return { ...described(stored), Body: body as GetObjectCommandOutput["Body"] };
  }

  #headObject(request: ServiceRequest): Record<string, unknown> {
    demandKnownFields(request.input, objectFields, request.operation);
    const { bucket, key } = this.#locate(request);
    const stored = bucket.objects.get(key);
    // A HEAD has no body, so the SDK cannot tell more than this.
    if (stored === undefined) throw new ServiceError("NotFound", "UnknownError", 404);
    return answer<HeadObjectCommandOutput>(described(stored));
  }

  #deleteObject(request: ServiceRequest): Record<string, unknown> {
    demandKnownFields(request.input, objectFields, request.operation);
    const { bucket, key } = this.#locate(request);
    bucket.objects.delete(key);
    return answer<DeleteObjectCommandOutput>({});
  }

  #listObjects(request: ServiceRequest): Record<string, unknown> {
    const {
      Bucket: name = "",
      Prefix = "",
      MaxKeys = 1_000,
    } = readInput<ListObjectsV2CommandInput>(request, listFields);
    const bucket = this.#bucketIn(request.region, name);
    const keys = [...bucket.objects.keys()].filter((key) => key.startsWith(Prefix)).sort();
    const contents = keys.slice(0, MaxKeys).flatMap((Key) => {
      const stored = bucket.objects.get(Key);
      if (stored === undefined) return [];
      const { ContentLength: Size, LastModified, ETag } = described(stored);
      return [{ Key, LastModified, ETag, Size }];
    });
    return answer<ListObjectsV2CommandOutput>({
      Name: name,
      Prefix,
      MaxKeys,
      KeyCount: contents.length,
      IsTruncated: keys.length > MaxKeys,
      ...(contents.length === 0 ? {} : { Contents: contents }),
    });
  }

  #locate(request: ServiceRequest): { readonly bucket: Bucket; readonly key: string } {
    const { Bucket: name = "", Key: key } = request.input as Partial<GetObjectCommandInput>;
    if (key === undefined || key === "") throw new ServiceError("InvalidRequest", "A key must be specified");
    return { bucket: this.#bucketIn(request.region, name), key };
  }

  #bucketIn(region: string, name: string): Bucket {
    const bucket = this.#findBucket(name);
    if (bucket.region !== region) {
      throw new ServiceError("PermanentRedirect", `The bucket is in ${bucket.region}: address that endpoint`, 301);
    }
    return bucket;
  }

  #findBucket(name: string): Bucket {
    const bucket = this.#buckets.get(name);
    if (bucket === undefined) throw new ServiceError("NoSuchBucket", "The specified bucket does not exist", 404);
    return bucket;
  }

  #storedObject(body: string, contentType: string | undefined): StoredObject {
    const etag = `"${createHash("md5").update(body).digest("hex")}"`;
    return { body, contentType, at: this.#clock.now(), etag };
  }
}

function textOf(body: unknown): string {
  if (body === undefined) return "";
  if (typeof body === "string") return body;
  if (body instanceof Uint8Array) return Buffer.from(body).toString("utf8");
  throw new RangeError("The simulator stores text and bytes: received a stream");
}

function described(stored: StoredObject) {
  return {
    ContentLength: Buffer.byteLength(stored.body),
    ContentType: stored.contentType ?? "application/octet-stream",
    LastModified: instant(stored.at),
    ETag: stored.etag,
  };
}

/** S3 keeps whole seconds. */
function instant(at: number): Date {
  return new Date(Math.floor(at / 1_000) * 1_000);
}
