import type { AwsClients } from "../../../functions/shared/clients.ts";
import { createAwsClients } from "../../real-clients.ts";

/** A server in Python on a machine with few cores may take its time; a case is not about that. */
const patient = { connectMs: 5_000, answerMs: 20_000, wholeMs: 25_000 };

/** The project's own clients, for the endpoint and the caller that the environment names now. */
export function createClients(): AwsClients {
  return createAwsClients(patient);
}
