import { startMoto } from "../contract/backends/moto.ts";
import { declareContract } from "../contract/declare.ts";
import { describeWithServers } from "./environment.ts";

describeWithServers("Contract", () => declareContract("moto", startMoto));
