export { createEngine } from './engine.io.ts';
