/** What a Region last wrote: one row (or item) a Region, overwritten each time, so that probing never fills a disk. */
export interface Mark {
  readonly region: string;
  /** Null: this Region has never written. */
  readonly token: string | null;
  /** ISO 8601; null as above. */
  readonly writtenAt: string | null;
}

/** What a read of the Region's own Aurora cluster found. */
export interface DatabaseLook {
  /** The marks of all Regions, as far as they have arrived here. */
  readonly marks: readonly Mark[];
  /** Whether this cluster is the global database's writer. Either way it serves reads. */
  readonly writer: "here" | "elsewhere";
}

/** The way a write took. */
export type WriteRoute =
  /** Through the reader endpoint: into the only instance, or forwarded to the writer's Region. */
  | "reader"
  /** Through the cluster's own writer endpoint. */
  | "writer";

/** The Aurora cluster of this Region. */
export interface Database {
  /** @throws when the cluster does not answer, or not within its time */
  read(): Promise<DatabaseLook>;
  /** Overwrites this Region's mark. @throws when it was refused, or when nobody knows whether it was written */
  write(token: string): Promise<WriteRoute>;
  close(): Promise<void>;
}

/** The DynamoDB table `UserSessions`, in this Region's replica. */
export interface Sessions {
  /** This Region's mark; null where it has never written. */
  read(): Promise<Mark | null>;
  write(mark: { readonly token: string; readonly writtenAt: string }): Promise<void>;
  close(): void;
}
