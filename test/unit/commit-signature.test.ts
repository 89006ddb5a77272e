import { describe, expect, test } from '@jest/globals';
import { verifyCommitSignature } from '../../adapters/commit-signature/commit-signature.js';
import type { CommitKey } from '../../adapters/commit-signature/verification.js';
import { childEnvironment } from '../../adapters/process/child-environment.js';
import { parseCommitKey } from '../../core/identity/commit-key.js';
import { parseCommit } from '../../core/release/commit.js';
import { scratchFolder } from '../support/scratch.js';
import {
  openPgpCommit,
  openPgpFingerprint,
  openPgpKey,
  otherOpenPgpFingerprint,
  otherOpenPgpKey,
  sshCommit,
  sshFingerprint,
  sshKey,
} from '../support/signed-commits.js';

const verify = async (object: string, keys: readonly CommitKey[] = [], env = childEnvironment(process.env)) =>
  verifyCommitSignature({ env, scratch: await scratchFolder() }, parseCommit(Buffer.from(object)), keys);

describe('the signature of a commit', () => {
  test('by an SSH key names the key before anybody has enrolled it', async () => {
    expect(await verify(sshCommit)).toEqual({ format: 'ssh', verified: true, fingerprint: sshFingerprint });
  });

  test('by an OpenPGP key names the key when that is enrolled', async () => {
    const keys = [parseCommitKey(otherOpenPgpKey), parseCommitKey(openPgpKey), parseCommitKey(sshKey)];
    expect(await verify(openPgpCommit, keys)).toEqual({
      format: 'openpgp',
      verified: true,
      fingerprint: openPgpFingerprint,
    });
  });

  test('by an OpenPGP key that nobody has enrolled is not verified', async () => {
    expect(await verify(openPgpCommit, [parseCommitKey(otherOpenPgpKey)])).toEqual({
      format: 'openpgp',
      verified: false,
      why: expect.stringContaining('is not enrolled'),
    });
    expect(await verify(openPgpCommit)).toMatchObject({ verified: false, why: 'no OpenPGP key is enrolled' });
  });

  test.each([
    ['SSH', sshCommit],
    ['OpenPGP', openPgpCommit],
  ])('does not fit a commit whose author was changed (%s)', async (_format, object) => {
    const changed = object.replace('author Ada Author <ada@', 'author Eve Author <eve@');
    expect(await verify(changed, [parseCommitKey(openPgpKey)])).toMatchObject({
      verified: false,
      why: 'it does not fit the commit',
    });
  });

  test('that was made for another purpose than a commit of git does not fit', async () => {
    // The namespace is part of an SSH signature: "git", preceded by its length, here turned into "gif".
    const other = sshCommit.replace('AAAADZ2l0AAAA', 'AAAADZ2lmAAAA');
    expect(other).not.toBe(sshCommit);
    expect(await verify(other)).toMatchObject({ verified: false });
  });

  test('of another format is not verified', async () => {
    const x509 = sshCommit.replaceAll('SSH SIGNATURE', 'SIGNED MESSAGE');
    expect(await verify(x509)).toMatchObject({ format: 'other', verified: false });
  });

  test('is not verified on a machine without the program for it, which the list says', async () => {
    expect(await verify(sshCommit, [], { PATH: '/nowhere' })).toMatchObject({
      verified: false,
      why: expect.stringContaining('ssh-keygen cannot be started'),
    });
  });

  test('is absent where there is none', async () => {
    expect(await verify(openPgpCommit.replace(/^gpgsig [\s\S]*?-----END PGP SIGNATURE-----\n/m, ''))).toBeUndefined();
  });
});

describe('a public key that signs commits', () => {
  test('is read with the fingerprint that git and gpg show', () => {
    expect(parseCommitKey(`${sshKey}\n`)).toMatchObject({ format: 'ssh', fingerprint: sshFingerprint });
    expect(parseCommitKey(openPgpKey)).toMatchObject({ format: 'openpgp', fingerprint: openPgpFingerprint });
    expect(parseCommitKey(otherOpenPgpKey)).toMatchObject({ fingerprint: otherOpenPgpFingerprint });
  });

  test.each([
    ['a private key', '-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----', 'private key'],
    ['options before an SSH key', `command="sh" ${sshKey}`, 'neither'],
    ['an SSH key of one type in the name of another', sshKey.replace('ssh-ed25519', 'ssh-rsa'), 'does not hold a key'],
    ['two OpenPGP keys', `${openPgpKey}\n${otherOpenPgpKey}`, 'more than one'],
    [
      'an OpenPGP key that is cut off',
      openPgpKey.replace(/\n4\/Qj.*/s, '\n-----END PGP PUBLIC KEY BLOCK-----'),
      'cut off',
    ],
    ['something else', 'hello', 'neither'],
  ])('is refused when it is %s', (_what, text, why) => {
    expect(() => parseCommitKey(text)).toThrow(
      expect.objectContaining({ code: 'INVALID_INPUT', why: expect.stringContaining(why) }),
    );
  });
});
