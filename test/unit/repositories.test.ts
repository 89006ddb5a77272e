import { describe, expect, test } from '@jest/globals';
import {
  matchesPattern,
  parseRepositoryPattern,
  placeOfRemote,
  requireAllowed,
} from '../../core/release/repositories.js';

describe('a pattern of repositories', () => {
  test.each([
    ['/srv/git/shop', '/srv/git/shop'],
    ['/srv/git/*', '/srv/git/team/shop'],
    ['https://git.example.com/team/*', 'https://git.example.com/team/shop.git'],
  ])('%s means %s', (pattern, repository) => {
    expect(parseRepositoryPattern(pattern, 'pattern')).toBe(pattern);
    expect(matchesPattern(pattern, repository)).toBe(true);
  });

  test.each([
    ['/srv/git/shop', '/srv/git/shop2'],
    ['/srv/git/*', '/srv/git'],
    ['/srv/git/*', '/srv/git/'],
    ['/srv/git/*', '/srv/git/../evil'],
    ['/srv/git/*', '/srv/git/./x/../../evil'],
    ['https://git.example.com/team/*', 'https://git.example.com/team/%2e%2e/evil'],
    ['https://git.example.com/team/*', 'https://git.example.com/team/..\\evil'],
    ['https://git.example.com/team/*', 'https://git.example.com/team//evil'],
    ['https://git.example.com/team/*', 'https://git.example.com.evil/team/shop'],
    ['https://git.example.com/*', 'https://git.example.com@evil/shop'],
  ])('%s does not mean %s', (pattern, repository) => {
    expect(matchesPattern(pattern, repository)).toBe(false);
  });

  test.each(['', '*', '/*', 'https://*', 'https:///x', 'relative/*', '/a*b', 'ext::sh/*', '/a/../b/*', 7])(
    'is not %j',
    (pattern) => {
      expect(() => parseRepositoryPattern(pattern, 'pattern')).toThrow(
        expect.objectContaining({ code: 'INVALID_INPUT' }),
      );
    },
  );
});

test('without patterns every repository is allowed, with one only those that it means', () => {
  expect(() => requireAllowed([], '/anything')).not.toThrow();
  expect(() => requireAllowed(['/srv/*', '/x'], '/srv/shop')).not.toThrow();
  expect(() => requireAllowed(['/srv/*', '/x'], '/evil')).toThrow(
    expect.objectContaining({ code: 'WRONG_REPOSITORY' }),
  );
});

test.each([
  ['https://git.example.com/team/shop.git', 'git@git.example.com:team/shop'],
  ['https://git.example.com/team/shop', 'https://me@GIT.example.com/team/shop.git/'],
  ['ssh://git@git.example.com/team/shop.git', 'https://git.example.com/team/shop'],
  ['file:///srv/git/shop.git', '/srv/git/shop'],
])('%s and %s are addresses of the same repository', (one, other) => {
  expect(placeOfRemote(one)).toBe(placeOfRemote(other));
  expect(placeOfRemote(one)).not.toBe(placeOfRemote(`${other}-other`));
});
