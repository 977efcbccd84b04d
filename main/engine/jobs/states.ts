/** The names of a job's states and stages; what moves between them is in job-machine.ts. */

export const jobStates = [
  'queued',
  'probing',
  'planning',
  'downloading',
  'paused',
  'waiting-for-network',
  'retrying',
  'needs-you',
  'indexing',
  'connecting',
  'checking-out',
  'done',
  'failed',
  'cancelled',
] as const;
export type JobState = (typeof jobStates)[number];

/** In the order of the work. */
export const stageNames = ['probe', 'download', 'index', 'connect', 'checkout'] as const;
export type StageName = (typeof stageNames)[number];
