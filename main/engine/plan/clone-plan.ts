/** What will be fetched, from where and how, decided before a byte is asked for. */

export interface ClonePlan {
  strategy: 'plain';
  /** What will be done and why, in one sentence. */
  sentence: string;
  /** Whether a cut costs everything received of the pack (plain stream) or only its last part. */
  cutCosts: 'whole-pack';
}
