import { describe, expect, test } from 'vitest';
import { EngineError } from '../../../main/engine/errors.ts';
import { understandUrl } from '../../../main/engine/remote/index.ts';

const host = 'https://code.example.com:8443';
const origin = host;

describe('a pasted address', () => {
  test.each([
    ['//ann:s3cret@', { username: 'ann', password: 's3cret' }],
    ['//ann:@', { username: 'ann', password: '' }],
    ['//:s3cret@', { username: '', password: 's3cret' }],
    ['//a%40b:p%3Aq%2F@', { username: 'a@b', password: 'p:q/' }],
    ['//ann:x:y@', { username: 'ann', password: 'x:y' }],
    [
      '//ghp_0123456789abcdefABCDEF0123456789abcd@',
      { username: 'ghp_0123456789abcdefABCDEF0123456789abcd', password: '' },
    ],
    ['//glpat-0123456789abcdefABCD@', { username: 'glpat-0123456789abcdefABCD', password: '' }],
    [
      '//0123456789abcdef0123456789abcdef01234567@',
      { username: '0123456789abcdef0123456789abcdef01234567', password: '' },
    ],
  ])('with %s is parted from its secret', (userinfo, secret) => {
    const address = understandUrl(`${host.replace('//', userinfo)}/team/app.git`);
    expect(address.url).toBe(`${host}/team/app.git`);
    expect(address.secret).toEqual({ origin, ...secret });
    expect(JSON.stringify({ ...address, secret: null })).not.toContain(secret.password || secret.username);
  });

  test.each([
    ['//ann@', 'https://ann@code.example.com:8443/team/app.git', 'ann'],
    ['//a%40b@', 'https://a%40b@code.example.com:8443/team/app.git', 'a@b'],
    ['//@', 'https://code.example.com:8443/team/app.git', null],
    ['//', 'https://code.example.com:8443/team/app.git', null],
  ])('with %s keeps the name that came alone', (userinfo, url, username) => {
    const address = understandUrl(`${host.replace('//', userinfo)}/team/app.git`);
    expect(address).toMatchObject({ url, secret: null, parsed: { username, password: null } });
    // As it is read from the database after a restart.
    expect(understandUrl(address.url)).toEqual(address);
  });

  test('that is wrong does not repeat its secret', () => {
    expect.assertions(2);
    try {
      understandUrl('https://ann:s3cret@exa mple.com/x');
    } catch (error) {
      expect(error).toBeInstanceOf(EngineError);
      expect(JSON.stringify([error, String(error), (error as EngineError).facts])).not.toContain('s3cret');
    }
  });
});

test('says back what is no address, made safe to show', () => {
  expect(() => understandUrl('not a url')).toThrow(
    expect.objectContaining({
      code: 'url-malformed',
      facts: {
        url: 'not a url',
        detail: 'It is neither a URL nor the full path of a repository on this computer.',
      },
    }),
  );
  expect(() => understandUrl(`not \u202ea url ${'x'.repeat(500)}`)).toThrow(
    expect.objectContaining({ facts: expect.objectContaining({ url: `not a url ${'x'.repeat(89)}…` }) }),
  );
});
