import { startMinistack } from "../contract/backends/ministack.ts";
import { declareContract } from "../contract/contract.ts";
import { describeWithServers } from "./environment.ts";

describeWithServers("Contract", () => declareContract("ministack", startMinistack));
