/** Takes the lock named on the command line and says what came of it; lets go at the end of its input. */

import { acquireLock } from '../../main/platform/lock.ts';

const lock = await acquireLock(process.argv[2] ?? '');
if ('holder' in lock) {
  console.log(`holder ${lock.holder.pid}`);
} else {
  console.log(`own ${process.pid}`);
  process.stdin.on('end', () => void lock.release()).resume();
}
