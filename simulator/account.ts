/** The account that everything simulated is in; that of the example plans, and one of AWS's own for examples. */
export const simulatedAccount = "111122223333";

/** Somebody else's account: what comes from there counts for nothing, whatever bus admits it. */
export const foreignAccount = "999999999999";
