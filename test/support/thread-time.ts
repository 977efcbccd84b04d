/** Processor time of this thread so far, milliseconds: what a busy computer takes from it counts for nothing. */
export function threadMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}
