/**
 * Tags that are wanted only because what they name was fetched (git-fetch(1), "automated tag following"). In a whole
 * answer `include-tag` brings them along; an answer that was cut may have ended before them.
 */

import { missingObjects } from '../objects/index.ts';
import type { MappedRef } from '../plan/index.ts';
import type { Asking } from './asking.io.ts';

/**
 * Call when everything else is here: what a tag names is then here with all it reaches.
 * @param boundary commits behind which nothing is wanted
 */
export async function completeTagsIfPresent(
  asking: Asking,
  tags: readonly MappedRef[],
  boundary: readonly string[],
): Promise<void> {
  const { reader } = asking;
  const annotated = tags.filter(({ peeled }) => peeled !== null);
  const namedIds = annotated.map(({ oid, peeled }) => peeled ?? oid);
  const absent = new Set((await missingObjects(reader, namedIds)).hex());
  const due = annotated.filter(({ oid, peeled }) => !absent.has(peeled ?? oid));
  for (;;) {
    const missing = new Set(
      (
        await missingObjects(
          reader,
          due.map(({ oid }) => oid),
        )
      ).hex(),
    );
    if (missing.size === 0) return;
    const haves = due.filter(({ oid }) => missing.has(oid)).map(({ oid, peeled }) => peeled ?? oid);
    const { fresh, cut } = await asking.ask({
      wants: [...missing],
      haves: [...new Set(haves)],
      shallow: boundary,
    });
    // A tag that is gone by now is no reason to fail: refs to it are written only when it is here.
    if (fresh === 0 && !cut) return;
  }
}
