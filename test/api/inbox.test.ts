import { expect, it, vi } from 'vitest';
import { createInbox } from '../../main/api/inbox.ts';

it('keeps what comes early, in order, and tells the end after it', () => {
  const inbox = createInbox<number>();
  const heard: unknown[] = [];
  inbox.onClose(() => heard.push('end'));
  inbox.deliver(1);
  inbox.deliver(2);
  inbox.end();
  inbox.deliver(3);
  expect(heard).toEqual([]);
  inbox.onMessage((message) => heard.push(message));
  expect(heard).toEqual([1, 2, 'end']);
});

it('tells the end once, and also to who asks late', () => {
  const inbox = createInbox<number>();
  const early = vi.fn();
  const late = vi.fn();
  inbox.onClose(early);
  inbox.discard();
  inbox.end();
  inbox.onClose(late);
  expect([early.mock.calls.length, late.mock.calls.length]).toEqual([1, 1]);
});

it('throws away what was kept when this end closes', () => {
  const inbox = createInbox<number>();
  const heard = vi.fn();
  inbox.deliver(1);
  inbox.discard();
  inbox.onMessage(heard);
  expect(heard).not.toHaveBeenCalled();
});
