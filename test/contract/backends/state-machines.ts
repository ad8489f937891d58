/** A machine in JSONata, as this project's own, that ends at once or waits for an hour. */
export function definitionOf(behaviour: "ends" | "waits"): object {
  const state = behaviour === "ends" ? { Type: "Succeed" } : { Type: "Wait", Seconds: 3_600, End: true };
  return { QueryLanguage: "JSONata", StartAt: "Only", States: { Only: state } };
}
