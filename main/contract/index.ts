export * from './client.ts';
export * from './endpoints.ts';
export * from './envelope.ts';
export * from './failure-words.ts';
export * from './failures.ts';
export * from './host.ts';
export * from './page-bridge.ts';
export * from './views.ts';
