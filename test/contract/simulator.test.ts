import { startSimulator } from "./backends/simulator.ts";
import { declareContract } from "./declare.ts";

declareContract("simulator", startSimulator);
