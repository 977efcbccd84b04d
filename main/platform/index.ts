export { systemChance } from './chance.ts';
export { systemClock } from './clock.ts';
export { createCredentials } from './credentials.ts';
export { createDisk } from './disk.ts';
export { createGit } from './git.ts';
export { createHttpClient, type HttpClientOptions } from './http/index.ts';
export { acquireLock, type Lock } from './lock.ts';
export { createLog, logLevels, type Log, type LogLevel, type LogOptions } from './log.ts';
export { createPackTools } from './pack-tools.ts';
