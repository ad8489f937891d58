/** The verbs that begin a state's name. A new one is added here, so that states go on being named after what they do. */
const VERBS: ReadonlySet<string> = new Set(
  (
    "Abandon Abort Acquire Add Adopt Apply Approve Ask Assess Await Balance Begin Calculate Call Cancel Capture Check " +
    "Choose Claim Classify Close Collect Compare Complete Compute Confirm Consider Continue Converge Count Create Decide Declare " +
    "Degrade Detect Determine Drain Elect Enter Escalate Estimate Evacuate Evaluate Explain Extend Fail Fence Fetch Find " +
    "Finish Follow Gather Get Give Grow Handle Hold Identify Inspect Judge Keep Leave List Load Look Make Mark Measure " +
    "Merge Move Normalize Note Notify Observe Open Pause Pick Place Plan Poll Prepare Probe Promote Propose Protect " +
    "Prove Publish Pull Push Put Raise Reach Read Reassess Recheck Record Recover Redirect Refuse Register Reject " +
    "Release Remember Remove Renew Repeat Report Request Reset Resolve Restore Resume Retry Return Review Route Run Save " +
    "Scale Seal Select Send Serve Set Settle Shift Show Shrink Size Skip Split Stand Start Stop Store Succeed Summarize " +
    "Surrender Switch Take Tell Test Throw Track Transfer Trigger Try Undo Update Use Validate Verify Visit Wait Warn " +
    "Watch Withdraw Write"
  ).split(" "),
);

export function isVerb(word: string): boolean {
  return VERBS.has(word);
}
