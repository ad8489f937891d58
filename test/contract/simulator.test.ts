import { startSimulator } from "./backends/simulator.ts";
import { declareContract } from "./contract.ts";

declareContract("simulator", startSimulator);
