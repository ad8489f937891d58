/** Where timelines and decisions lie in the records table. */

export const incidentKey = (incident: string) => `incident#${incident}`;

/** What the sort keys of an epoch's events begin with. */
export const epochPrefix = (epoch: number) => `${String(epoch).padStart(6, "0")}#`;

export const eventKey = (epoch: number, seq: number) => `${epochPrefix(epoch)}${String(seq).padStart(6, "0")}`;

/** An event of an incident. */
export function timelineKey(incident: string, epoch: number, seq: number): { pk: string; sk: string } {
  return { pk: incidentKey(incident), sk: eventKey(epoch, seq) };
}

/** A decision that opened no incident: one an execution. */
export function decisionKey(application: string, execution: string): { pk: string; sk: string } {
  return { pk: `decisions#${application}`, sk: execution };
}
