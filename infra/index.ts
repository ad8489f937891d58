/** What the package `region-failover` offers: the construct, the plan that it takes, and the functions' code. */
export type { Plan } from "../functions/shared/plan/plan.ts";
export type { PlanAlarms } from "./controller.ts";
export { type HandlerCode, prebuiltHandlers } from "./handler-code.ts";
export { type PlanDocument, parsePlanDocument, readPlanDocument } from "./plan-document.ts";
export { RegionFailover, type RegionFailoverProps, stackRegions } from "./region-failover.ts";
