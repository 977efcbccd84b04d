/** Moments in the person's own time zone. */

const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' });
const day = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' });

/** `14:03:59`, with the day in front when it is not today's. */
export function formatMoment(atMs: number, nowMs: number): string {
  const at = new Date(atMs);
  const same = at.toDateString() === new Date(nowMs).toDateString();
  return same ? clock.format(at) : `${day.format(at)} ${clock.format(at)}`;
}
