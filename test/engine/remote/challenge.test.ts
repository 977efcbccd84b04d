import { describe, expect, test } from 'vitest';
import { challengeSchemes, takesBasic } from '../../../main/engine/remote/challenge.ts';

describe('a challenge', () => {
  test.each<[string, string[]]>([
    ['Basic realm="git"', ['basic']],
    ['BASIC REALM="git", charset="UTF-8"', ['basic']],
    ['Basic', ['basic']],
    ['Negotiate', ['negotiate']],
    ['Negotiate, Basic realm="x"', ['negotiate', 'basic']],
    ['Bearer realm="Basic, please", error="x", Basic realm="y"', ['bearer', 'basic']],
    ['Bearer realm="a\\", Basic realm=", scope="b"', ['bearer']],
    ['Newauth realm="apps", type=1, title="Login to \\"apps\\"", Basic realm="simple"', ['newauth', 'basic']],
    ['Negotiate YII=, Digest realm="x"', ['negotiate', 'digest']],
    ['realm="x"', []],
    ['', []],
    ['"unended Basic', []],
  ])('%s names %j', (field, schemes) => {
    expect(challengeSchemes(field)).toEqual(schemes);
  });

  test.each<[string | undefined, boolean]>([
    [undefined, true],
    ['', true],
    ['Basic realm="x"', true],
    ['Bearer realm="Basic"', false],
    ['NTLM, Negotiate', false],
  ])('%j takes a name and a password: %s', (field, takes) => {
    expect(takesBasic(field)).toBe(takes);
  });
});
