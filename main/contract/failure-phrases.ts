/** Parts of sentences about failures, made from facts. A fact that is absent gives a shorter phrase, never a gap. */

import type { FailureFacts } from './failures.ts';

export function quoted(text: string | undefined, otherwise: string): string {
  return text ? `“${text}”` : otherwise;
}

/**
 * The address a person knows, of one that was asked for: over HTTP, git puts the service behind it
 * (gitprotocol-http(5), "Smart Clients").
 */
export function address(url: string | undefined): string | undefined {
  return url?.replace(/\/(?:info\/refs(?:\?.*)?|git-upload-pack)$/, '');
}

export function named(noun: string, name: string | undefined, otherwise: string): string {
  return name ? `${noun} “${name}”` : otherwise;
}

export function upper(sentence: string): string {
  return sentence.charAt(0).toUpperCase() + sentence.slice(1);
}

export function server(facts: FailureFacts): string {
  return facts.host || 'The server';
}

export function serverIn(facts: FailureFacts): string {
  return facts.host || 'the server';
}

export function on(facts: FailureFacts): string {
  return facts.host ? ` on ${facts.host}` : '';
}

export function at(facts: FailureFacts): string {
  return facts.path ? ` at “${facts.path}”` : '';
}

export function status(facts: FailureFacts): string {
  return facts.status === undefined ? '' : ` (HTTP status ${facts.status})`;
}

export function needed(facts: FailureFacts): string {
  return facts.bytesNeeded === undefined ? '' : `; about ${bytes(facts.bytesNeeded)} more are needed`;
}

/** Our own explanation, as an addition in brackets. */
export function reason(facts: FailureFacts): string {
  // A sentence of ours in the middle of another one.
  const text = oneLine(facts.detail).replace(/^(?:It|The|A|An|This|There) /, (word) => word.toLowerCase());
  return text ? ` (${text})` : '';
}

/** Somebody else's words, marked as such. */
export function words(facts: FailureFacts): string {
  const text = oneLine(facts.detail);
  return text ? ` and said: “${text}”` : '';
}

/** How much of an object came, in the interface's units. */
export function seen(facts: FailureFacts): string {
  return facts.bytesSeen === undefined ? '' : ` (more than ${bytes(facts.bytesSeen)})`;
}

/** Behind the name of one of them. */
export function others(facts: FailureFacts): string {
  const count = (facts.objects ?? 1) - 1;
  return count > 0 ? ` and ${counted(count, 'more object')}` : '';
}

/** On one line, without the full stop that our sentence brings itself. */
function oneLine(text: string | undefined): string {
  const line = (text ?? '').replace(/\s+/g, ' ').trim().replace(/\.+$/, '');
  return line.length > 300 ? `${line.slice(0, 299)}…` : line;
}

export function after(waitMs: number | undefined): string {
  if (waitMs === undefined) return 'after a while';
  const seconds = Math.max(1, Math.ceil(waitMs / 1_000));
  if (seconds < 90) return `in ${counted(seconds, 'second')}`;
  const minutes = Math.ceil(seconds / 60);
  return minutes < 90 ? `in ${counted(minutes, 'minute')}` : `in ${counted(Math.ceil(minutes / 60), 'hour')}`;
}

function counted(count: number, unit: string): string {
  return `${count} ${unit}${count === 1 ? '' : 's'}`;
}

/** Binary units with one decimal, as everywhere in the interface. */
function bytes(count: number): string {
  if (count < 1_024) return counted(count, 'byte');
  let value = count;
  let unit = '';
  for (const name of ['KiB', 'MiB', 'GiB', 'TiB']) {
    if (value < 1_024) break;
    value /= 1_024;
    unit = name;
  }
  return `${value.toFixed(1)} ${unit}`;
}
