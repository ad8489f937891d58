import { UsageError } from "./usage.ts";

/** What an account asks of everything that is deployed to it. */
export interface AccountRules {
  /** Of the bootstrap stack whose roles and bucket deploy. */
  readonly qualifier: string;
  /** On every resource and stack. */
  readonly tags: Readonly<Record<string, string>>;
  /** ARN or name of the managed policy that bounds every role; null: none. */
  readonly permissionsBoundary: string | null;
}

/** What `cdk bootstrap` takes unless it is told otherwise. */
export const usualQualifier = "hnb659fds";

export const accountOptions = {
  qualifier: { type: "string" },
  tags: { type: "string", multiple: true },
  "permissions-boundary": { type: "string" },
} as const;

export const accountOptionsHelp = `  --qualifier NAME  the bootstrap stack's qualifier, where the account has one of its own (default ${usualQualifier})
  --tags KEY=VALUE  a tag for every resource and stack; again for another one
  --permissions-boundary POLICY
                    name or ARN of the managed policy that bounds every role`;

/** Of 50 that a resource may have, the stacks give one. */
const mostTags = 49;
/** Given to every stack by `RegionFailover`. */
const ownTag = "failover-application";

/** As every AWS service takes them: letters, digits, blanks and a few signs. */
const tagText = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u;
/** The parameter Qualifier of the bootstrap template. */
const qualifierForm = /^[A-Za-z0-9_-]{1,10}$/;
const boundaryForm = /^(?:arn:[a-z0-9-]+:iam::(?:\d{12}|aws):policy\/)?[\w+=,.@-]+(?:\/[\w+=,.@-]+)*$/;

/** @throws UsageError */
export function readAccountRules(chosen: {
  readonly qualifier?: string | undefined;
  readonly tags?: readonly string[] | undefined;
  readonly "permissions-boundary"?: string | undefined;
}): AccountRules {
  const { qualifier = usualQualifier, tags = [], "permissions-boundary": permissionsBoundary = null } = chosen;
  if (!qualifierForm.test(qualifier)) refuse("qualifier", qualifier, "must be 1 to 10 letters, digits, _ and -");
  if (permissionsBoundary !== null && !boundaryForm.test(permissionsBoundary)) {
    refuse("permissions-boundary", permissionsBoundary, "must be the name or the ARN of a managed policy");
  }
  return { qualifier, tags: readTags(tags), permissionsBoundary };
}

function readTags(given: readonly string[]): Readonly<Record<string, string>> {
  const tags = new Map<string, string>();
  for (const text of given) {
    const [, key = "", value = ""] = /^([^=]*)=(.*)$/su.exec(text) ?? refuse("tags", text, "must be KEY=VALUE");
    if (key === "" || key.length > 128 || value.length > 256 || !tagText.test(key) || !tagText.test(value)) {
      refuse(
        "tags",
        text,
        "must have a key of 1 to 128 and a value of at most 256 letters, digits, blanks and _.:/=+-@",
      );
    }
    if (/^aws:/i.test(key) || key === ownTag) refuse("tags", text, `must not be of aws: nor ${ownTag}`);
    if (tags.has(key)) refuse("tags", text, `must name ${key} once`);
    tags.set(key, value);
  }
  if (tags.size > mostTags) refuse("tags", `${tags.size} tags`, `must be ${mostTags} or fewer`);
  return Object.fromEntries(tags);
}

function refuse(option: string, received: string, allowed: string): never {
  throw new UsageError(`--${option}: received ${JSON.stringify(received)}: ${allowed}`);
}

/** The options of `cdk bootstrap` that make what these rules ask for; each ends in a blank. */
export function bootstrapOptions({ qualifier, tags, permissionsBoundary }: AccountRules): string {
  const options = [
    // A stack of its own, or the account's other bootstrap stack would be given this qualifier.
    ...(qualifier === usualQualifier
      ? []
      : ["--qualifier", qualifier, "--toolkit-stack-name", `CDKToolkit-${qualifier}`]),
    ...Object.entries(tags).flatMap(([key, value]) => ["--tags", `${key}=${value}`]),
    // It takes the policy's name, with its path.
    ...(permissionsBoundary === null
      ? []
      : ["--custom-permissions-boundary", permissionsBoundary.replace(/^arn:.*:policy\//, "")]),
  ];
  return options.map((option) => `${quoted(option)} `).join("");
}

/** As a shell takes it; tags hold no quotes. */
function quoted(word: string): string {
  return /^[\w.:/=+,@-]+$/.test(word) ? word : `'${word}'`;
}
