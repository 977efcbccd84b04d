/** A checkout of a filtered clone needs the files of HEAD: asked for in few requests, before git asks one by one. */

import type { ObjectFormat } from '../../git/index.ts';
import { EngineError } from '../errors.ts';
import type { RefMap } from '../plan/index.ts';
import type { GitConnection } from '../remote/index.ts';
import { downloadPack } from './download.io.ts';
import type { WorkContext } from './work-context.ts';

const idsPerRequest = 10_000;

/** Of HEAD's tree what is not here: ids, each once, in the order of paths (git-rev-list(1), --missing=print). */
async function missingHeadBlobs(context: WorkContext, head: string): Promise<string[]> {
  const { stdout } = await context.ports.git.run(
    ['rev-list', '--objects', '--no-walk', '--missing=print', '--stdin'],
    {
      gitDir: context.workspace.gitDir,
      input: `${head}\n`,
      signal: context.signal,
    },
  );
  const lines = new TextDecoder().decode(stdout).split('\n');
  return [...new Set(lines.filter((line) => line.startsWith('?')).map((line) => line.slice(1)))];
}

/** Throws `objects-missing` when the server does not send what it is asked for. */
export async function downloadHeadBlobs(
  context: WorkContext,
  connection: GitConnection,
  objectFormat: ObjectFormat,
  map: RefMap,
): Promise<void> {
  if (map.head.kind === 'unborn') return;
  for (let missing = await missingHeadBlobs(context, map.head.oid); missing.length > 0;) {
    context.note(
      'info',
      `${missing.length.toLocaleString('en')} objects of the files to check out are fetched by id.`,
    );
    for (let at = 0; at < missing.length; at += idsPerRequest) {
      const wants = missing.slice(at, at + idsPerRequest);
      await downloadPack(
        context,
        { connection, objectFormat, request: { wants } },
        { checkClosure: false, promisor: true },
      );
    }
    const left = await missingHeadBlobs(context, map.head.oid);
    if (left.length >= missing.length) {
      throw new EngineError('objects-missing', {
        detail: `The server did not send ${left.length} objects it was asked for.`,
      });
    }
    missing = left;
  }
}
