export * from './job-sentence.ts';
export * from './words.ts';
