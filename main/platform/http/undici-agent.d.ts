/** A part of undici by itself; the package declares the types of the whole only. */
declare module 'undici/lib/dispatcher/agent.js' {
  import { Agent } from 'undici';
  export default Agent;
}
