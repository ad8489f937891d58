/** The middle of the values that are known; null when none is. */
export function median(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null).toSorted((left, right) => left - right);
  return known[Math.floor(known.length / 2)] ?? null;
}
