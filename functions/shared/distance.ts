/** Latitude and longitude in degrees of the place after which AWS names the Region. */
const places: Readonly<Record<string, readonly [number, number]>> = {
  "us-east-1": [38.9, -77.4],
  "us-east-2": [40, -83],
  "us-west-1": [37.4, -121.9],
  "us-west-2": [45.8, -119.7],
  "ca-central-1": [45.5, -73.6],
  "sa-east-1": [-23.5, -46.6],
  "eu-west-1": [53.3, -6.3],
  "eu-west-2": [51.5, -0.1],
  "eu-west-3": [48.9, 2.4],
  "eu-central-1": [50.1, 8.7],
  "eu-north-1": [59.3, 18.1],
  "eu-south-1": [45.5, 9.2],
  "me-south-1": [26.1, 50.6],
  "af-south-1": [-33.9, 18.4],
  "ap-south-1": [19.1, 72.9],
  "ap-southeast-1": [1.3, 103.8],
  "ap-southeast-2": [-33.9, 151.2],
  "ap-northeast-1": [35.7, 139.7],
  "ap-northeast-2": [37.6, 127],
  "ap-northeast-3": [34.7, 135.5],
};

/** Regions whose place is known. */
export const placesKnown: readonly string[] = Object.keys(places);

const earthRadiusKilometres = 6_371;
/** Between Regions whose place is not known. */
const unknownRoundTripMs = 150;
/**
 * A straight line through round trips seen between Regions: about 70 ms for 5,500 km (Virginia to Ireland), about 220 ms
 * for 15,500 km (Virginia to Singapore).
 */
const fixedMs = 8;
const millisecondsPerKilometre = 0.0135;

/** Worked out once for each pair: every message asks. */
const known = new Map<string, Map<string, number>>();

/** The usual round trip between two Regions in milliseconds; 0 within one. */
export function roundTripMs(from: string, to: string): number {
  if (from === to) return 0;
  let fromHere = known.get(from);
  if (fromHere === undefined) {
    fromHere = new Map();
    known.set(from, fromHere);
  }
  let usual = fromHere.get(to);
  if (usual === undefined) {
    const [start, end] = [places[from], places[to]];
    usual =
      start === undefined || end === undefined
        ? unknownRoundTripMs
        : fixedMs + millisecondsPerKilometre * kilometresBetween(start, end);
    fromHere.set(to, usual);
  }
  return usual;
}

function kilometresBetween(start: readonly [number, number], end: readonly [number, number]): number {
  const radians = (degrees: number) => (degrees * Math.PI) / 180;
  const sine = (degrees: number) => Math.sin(radians(degrees) / 2) ** 2;
  const haversine =
    sine(end[0] - start[0]) + Math.cos(radians(start[0])) * Math.cos(radians(end[0])) * sine(end[1] - start[1]);
  return 2 * earthRadiusKilometres * Math.asin(Math.sqrt(haversine));
}
