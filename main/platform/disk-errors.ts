import { EngineError } from '../engine/errors.ts';

/** The system's own short name of an error ("ENOSPC"), where it has one. */
export function codeOf(error: unknown): string | undefined {
  const code = error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
  return typeof code === 'string' ? code : undefined;
}

/** An error of the file system as the engine's: what a person can do about it decides the code (errno(3)). */
export function diskError(error: unknown, path: string): EngineError {
  if (error instanceof EngineError) return error;
  const facts = { path, detail: error instanceof Error ? error.message : String(error) };
  switch (codeOf(error)) {
    case 'ENOSPC':
    case 'EDQUOT':
      return new EngineError('disk-full', facts, { cause: error });
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return new EngineError('target-not-writable', facts, { cause: error });
    default:
      return new EngineError('disk-failed', facts, { cause: error });
  }
}

/** Runs `work`; whatever it throws becomes an EngineError about `path`. */
export async function onDisk<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw diskError(error, path);
  }
}
