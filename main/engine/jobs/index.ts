export { choicesOf } from './answers.ts';
export { createEngine } from './engine.io.ts';
