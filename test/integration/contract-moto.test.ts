import { startMoto } from "../contract/backends/moto.ts";
import { declareContract } from "../contract/contract.ts";
import { describeWithServers } from "./environment.ts";

describeWithServers("Contract", () => declareContract("moto", startMoto));
