/**
 * What a client may send, checked before a handler sees it. Strict: a member nobody knows is refused. One schema for
 * every endpoint and topic, complete by type. What needs knowledge (is this a URL, is that a ref name) is the engine's
 * to judge, in words of its own; here only shape and size are judged.
 */

import { z } from 'zod';
import { contractFailure } from '../contract/index.ts';
import type { EndpointName, Input, TopicInput, TopicName } from '../contract/index.ts';

/** Longer than any URL that servers accept (RFC 9110 §4.1 asks for 8,000 bytes at least). */
const urlBytesMax = 8 * 1024;
/** PATH_MAX on Linux. */
const pathBytesMax = 4 * 1024;
/** Branch, remote and filter names end up in file names or on a command line. */
const nameBytesMax = 4 * 1024;
/** Longer than any token in use; a few thousand bytes are real (signed web tokens). */
const secretBytesMax = 16 * 1024;
const promptBytesMax = 16 * 1024;
const idsMax = 10_000;
const configEntriesMax = 100;
/** git's own "infinite" depth (git-fetch(1) `--unshallow`). */
const depthMax = 0x7fffffff;

/** Bytes in UTF-8; no NUL, which no path, argument or URL can hold. */
const text = (bytesMax: number) =>
  z
    .string()
    .max(bytesMax)
    .refine((value) => new TextEncoder().encode(value).length <= bytesMax, {
      error: `longer than ${bytesMax} bytes`,
    })
    .refine((value) => !value.includes('\0'), { error: 'contains a NUL character' });

/** What can stand in a line of git-credential(1) and be typed into ssh. No message repeats it. */
const secretLine = text(secretBytesMax).refine((value) => !/[\r\n]/.test(value) && value.isWellFormed(), {
  error: 'contains a line break',
});

const nothing = z.strictObject({});
const url = text(urlBytesMax);
const path = text(pathBytesMax).refine(isAbsolute, { error: 'is not an absolute path' });
const id = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/, { error: 'is not an id' });
const ids = z.array(id).max(idsMax);
const all = z.literal(true);
const reason = z.strictObject({ reason: z.enum(['suspend', 'user']) });
const selection = z.union([z.strictObject({ ids }), z.strictObject({ all })]);

const options = z.strictObject({
  bare: z.boolean().optional(),
  mirror: z.boolean().optional(),
  branch: text(nameBytesMax).optional(),
  singleBranch: z.boolean().optional(),
  depth: z.int().positive().max(depthMax).optional(),
  noTags: z.boolean().optional(),
  origin: text(nameBytesMax).optional(),
  noCheckout: z.boolean().optional(),
  filter: text(nameBytesMax).optional(),
  bundleUri: url.optional(),
  config: z.array(text(urlBytesMax)).max(configEntriesMax).optional(),
});

const fetchOptions = z.strictObject({
  remote: text(nameBytesMax).optional(),
  prune: z.boolean().optional(),
  tags: z.enum(['all', 'none']).optional(),
});

const settings = z.strictObject({
  concurrentJobs: z.int().min(1).max(64),
  defaultDirectory: path,
  theme: z.enum(['system', 'light', 'dark']),
  notifications: z.boolean(),
  retryTriesMax: z.int().min(1).max(1_000),
});

const keepPartial = z.boolean().optional();

const endpointSchemas: { [N in EndpointName]: z.ZodType<Input<N>> } = {
  'engine.about': nothing,
  'engine.quit': nothing,
  'engine.hold': reason,
  'engine.release': reason,
  'engine.network-online': nothing,
  'remote.probe': z.strictObject({ url }),
  'destination.check': z.strictObject({ path }),
  'job.clone': z.strictObject({
    url,
    directory: path.optional(),
    options,
    start: z.enum(['now', 'paused']).optional(),
  }),
  'job.fetch': z.strictObject({
    directory: path,
    options: fetchOptions,
    start: z.enum(['now', 'paused']).optional(),
  }),
  'job.adopt': z.strictObject({ directory: path, start: z.enum(['now', 'paused']).optional() }),
  'job.list': nothing,
  'job.get': z.strictObject({ id }),
  'job.pause': selection,
  'job.resume': selection,
  'job.cancel': z.union([z.strictObject({ ids, keepPartial }), z.strictObject({ all, keepPartial })]),
  'job.remove': selection,
  'job.move': z.strictObject({ id, before: id.nullable() }),
  'job.answer': z.strictObject({
    id,
    questionId: id,
    choice: z.enum(['retry', 'cancel', 'answer', 'yes', 'no']),
    username: secretLine.optional(),
    password: secretLine.optional(),
  }),
  'askpass.ask': z.strictObject({ token: id, prompt: text(promptBytesMax), asker: z.int().nonnegative() }),
  'settings.get': nothing,
  'settings.set': settings.partial(),
};

const topicSchemas: { [N in TopicName]: z.ZodType<TopicInput<N>> } = {
  jobs: nothing,
  job: z.strictObject({ id }),
  totals: nothing,
  settings: nothing,
};

/** The input of an endpoint as its handler may rely on it. Throws a `ContractFailure` `bad-request` that names the member. */
export function checkInput<N extends EndpointName>(name: N, input: unknown): Input<N> {
  return check<Input<N>>(endpointSchemas[name], input);
}

/** As `checkInput`, for topics. */
export function checkTopicInput<N extends TopicName>(topic: N, input: unknown): TopicInput<N> {
  return check<TopicInput<N>>(topicSchemas[topic], input);
}

function check<T>(schema: z.ZodType<T>, input: unknown): T {
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  const where = issue?.path.join('.') ?? '';
  const detail = `${where === '' ? 'input' : where}: ${issue?.message ?? 'not valid'}`;
  throw contractFailure('bad-request', { detail: detail.slice(0, 300) });
}

/** By either system's rules: the host knows which one it is on, and says so when it uses the path. */
function isAbsolute(value: string): boolean {
  return /^(\/|[A-Za-z]:[\\/]|\\\\)/.test(value);
}
