/** The account that everything simulated is in; that of the example plans, and one of AWS's own for examples. */
export const simulatedAccount = "111122223333";
