import { Logger as PowertoolsLogger } from "@aws-lambda-powertools/logger";
import type { LogFields, Logger } from "./logger.ts";

/** One JSON object a line on stdout, by Powertools for AWS Lambda; level from POWERTOOLS_LOG_LEVEL. */
export function createProductionLogger(fields: LogFields): Logger {
  return around(new PowertoolsLogger({ persistentKeys: { ...fields } }));
}

function around(powertools: PowertoolsLogger): Logger {
  return {
    info: (message, fields = {}) => powertools.info(message, fields),
    warn: (message, fields = {}) => powertools.warn(message, fields),
    error: (message, fields = {}) => powertools.error(message, fields),
    child: (fields) => around(powertools.createChild({ persistentKeys: { ...fields } })),
  };
}
