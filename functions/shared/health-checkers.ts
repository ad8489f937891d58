/** How Route 53's health checkers look at what the deployment sets up: every ten seconds, and three looks settle it. */
export const checkEverySeconds = 10;
export const checkThreshold = 3;
