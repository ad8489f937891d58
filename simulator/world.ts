import { readFileSync } from "node:fs";
import type { CoordinationItem } from "../functions/coordination/item.ts";
import type { Dependencies } from "../functions/shared/dependencies.ts";
import { silentLogger } from "../functions/shared/logger.ts";
import type { Plan } from "../functions/shared/plan/plan.ts";
import { type Random, seededRandom } from "../functions/shared/random.ts";
