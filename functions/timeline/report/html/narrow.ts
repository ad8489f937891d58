/**
 * What fits across a chart on the narrowest phone that counts, 320 pixels wide. Text that would not goes on another line,
 * or is shortened, on every screen: the page has no script that could ask how wide it is.
 */
export const narrowWidth = 262;
/** What a character takes at most on average, in pixels, at the phone's text size: measured over the names of Regions. */
export const characterWidth = 6.3;
const boldCharacterWidth = 7;
/** Symbol and blanks between a lane's name and its note, in characters. */
const between = 3;

/** Whether a lane's name and its note stand side by side. */
export function fitsLane(name: string, note: string): boolean {
  return name.length * boldCharacterWidth + (note.length + between) * characterWidth <= narrowWidth;
}
