export { main } from './main.io.ts';
