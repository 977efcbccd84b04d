/** Runs in a process of its own, until it is killed: keeps pieces, and says each id once the store has returned. */

import { writeSync } from 'node:fs';
import { openStore } from '../../main/store/index.ts';

const [path = '', round = ''] = process.argv.slice(2);
const { store, notices } = openStore(path);
for (const notice of notices) writeSync(1, `notice ${notice}\n`);
for (let n = 0; ; n++) {
  const id = `r${round}n${n}`;
  store.savePiece({ id, artefactId: 'artefact1', fromBytes: n, toBytes: n + 1, state: 'here' });
  // Straight to the pipe: a line that waits in a buffer would be lost with the process.
  writeSync(1, `kept ${id}\n`);
}
