import { createHandler as createApprovalRecord } from "../functions/approval/record.handler.ts";
import { createHandler as createApprovalRequest } from "../functions/approval/request.handler.ts";
import { createHandler as createAssessSignal } from "../functions/assess/signal.handler.ts";
import { createHandler as createCapacityAwait } from "../functions/capacity/await.handler.ts";
import { createHandler as createCapacityRaise } from "../functions/capacity/raise.handler.ts";
import { createHandler as createDatabaseAwait } from "../functions/database/await.handler.ts";
import { createHandler as createDatabasePromote } from "../functions/database/promote.handler.ts";
import { createHandler as createNotifyPeople } from "../functions/notify/people.handler.ts";
import { createHandler as createRecoveryVerify } from "../functions/recovery/verify.handler.ts";
import type { AwsService } from "../functions/shared/clients.ts";
import type { Dependencies } from "../functions/shared/dependencies.ts";
import type { Handler } from "../functions/shared/step.ts";
import { createHandler as createTablesCheck } from "../functions/tables/check.handler.ts";
import { createHandler as createTimelineClose } from "../functions/timeline/close.handler.ts";
import { createHandler as createTimelineReport } from "../functions/timeline/report.handler.ts";
import { createHandler as createTrafficShift } from "../functions/traffic/shift.handler.ts";
import { createHandler as createTrafficVerify } from "../functions/traffic/verify.handler.ts";
import { createHandler as createWatch } from "../functions/watch/watch.handler.ts";

/** The real handlers by the names that the state machine's placeholders have. */
export const handlerFactories: Readonly<Record<string, (deps: Dependencies<AwsService>) => Handler>> = {
  AssessSignal: createAssessSignal,
  ApprovalRequest: createApprovalRequest,
  ApprovalRecord: createApprovalRecord,
  TrafficShift: createTrafficShift,
  TrafficVerify: createTrafficVerify,
  CapacityRaise: createCapacityRaise,
  CapacityAwait: createCapacityAwait,
  DatabasePromote: createDatabasePromote,
  DatabaseAwait: createDatabaseAwait,
  TablesCheck: createTablesCheck,
  RecoveryVerify: createRecoveryVerify,
  TimelineClose: createTimelineClose,
  TimelineReport: createTimelineReport,
  NotifyPeople: createNotifyPeople,
  Watch: createWatch,
};
