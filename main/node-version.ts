/**
 * Whether this Node can run Packmule at all. Imports nothing, so that an entry can ask before anything else is loaded:
 * the database binding needs Node-API 10, and under an older Node it would end the process without a word.
 */

/** One sentence saying which Node is needed, or null when this one will do. */
export function nodeRefusal(versions: { node: string; napi?: string | undefined }): string | null {
  if (Number(versions.napi) >= 10) return null;
  return `Packmule needs Node.js 22.19 or newer (Node-API 10); this is Node.js ${versions.node}.`;
}
