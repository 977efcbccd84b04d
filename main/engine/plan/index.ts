export type { ClonePlan } from './clone-plan.ts';
