/** What the log says of an event that told nobody anything; the deployment counts these lines and pages about them. */
export const untoldNotice = "An event told nobody anything";
