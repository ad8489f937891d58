import { startMinistack } from "../contract/backends/ministack.ts";
import { declareContract } from "../contract/declare.ts";
import { describeWithServers } from "./environment.ts";

describeWithServers("Contract", () => declareContract("ministack", startMinistack));
