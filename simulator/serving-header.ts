/** What an application's serving header says in place of its Region (FM63). */
export type HeaderForm = "region" | "missing" | "zone" | "zoneId" | "upperCase";

export const headerForms: readonly HeaderForm[] = ["region", "missing", "zone", "zoneId", "upperCase"];

/** The header of an answer from `region`; null where it has none. */
export function servingHeader(region: string, form: HeaderForm): string | null {
  switch (form) {
    case "region":
      return region;
    case "missing":
      return null;
    case "zone":
      return `${region}a`;
    case "zoneId":
      return `${shortName(region)}-az2`;
    case "upperCase":
      return region.toUpperCase();
  }
}

/** As AWS names zones across accounts: `us-east-1` → `use1`. */
function shortName(region: string): string {
  const [area = "", side = "", number = ""] = region.split("-");
  const initials = side.replace(/(north|south|east|west|central)/g, (word) => word.charAt(0));
  return `${area}${initials}${number}`;
}
