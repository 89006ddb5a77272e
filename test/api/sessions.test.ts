import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { sessionLimits, unattendedHeader } from '../../core/identity/session.js';
import { openDatabase } from '../../store/database.js';
import { asOwner, rowsOf } from '../support/attack-scene.js';
import { type Engine, startEngine } from '../support/engine.js';
import { signEnrolment } from '../support/enrolment.js';
import { type ApiOnEngine, startApiOn } from '../support/lane-runner.js';
import { callAs, headersOf, type PageSession, signIn, useCode } from '../support/page-session.js';

let engine: Engine;
let api: ApiOnEngine;
beforeAll(async () => {
  engine = await startEngine();
  api = await startApiOn(engine);
});
afterAll(async () => {
  await api.close();
  await engine.close();
  expect(api.reports).toEqual([]);
});

const whoAmI = (headers: Readonly<Record<string, string>>) =>
  callAs(api, 'governance.v1.IdentityService/WhoAmI', {}, headers);

/** Puts the clock of a session back; triggers keep everybody else from doing so. */
async function age(id: string, column: 'seen_at' | 'created_at', ms: number): Promise<void> {
  await asOwner(
    engine,
    `update sessions set ${column} = ${column} - $1 * interval '1 millisecond' where id = $2`,
    ms,
    id,
  );
}

async function isSignedIn(session: PageSession): Promise<boolean> {
  return (await whoAmI(headersOf(session))).status === 200;
}

describe('a browser is signed in', () => {
  test('with a code, as whoever made it, and gets a cookie that is for this host and no script', async () => {
    const session = await signIn(api, 'alice');
    const { body } = await whoAmI(headersOf(session));
    expect(body).toMatchObject({ tenant: 'default', principal: { name: 'alice' } });
    const port = new URL(api.url).port;
    expect(session.setCookie).toMatch(
      new RegExp(`^lanekeeper-${port}=lk_default_[\\w-]{43}; Path=/; HttpOnly; SameSite=Strict$`),
    );
  });

  test('once: a code that was used signs nobody in', async () => {
    const { code } = await api.clients('alice').sessions.createSignInCode({});
    expect((await useCode(api, code)).status).toBe(200);
    const again = await useCode(api, code);
    expect(again.status).toBe(401);
    expect(JSON.stringify(again.body)).toContain('this code signs nobody in');
    expect(again.headers.get('set-cookie')).toBeNull();
  });

  test('by one of two that use the code at the same time', async () => {
    const { code } = await api.clients('alice').sessions.createSignInCode({});
    const answers = await Promise.all([useCode(api, code), useCode(api, code), useCode(api, code)]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 401, 401]);
  });

  test('within two minutes', async () => {
    const { id, code } = await api.clients('alice').sessions.createSignInCode({});
    await asOwner(engine, "update sign_in_codes set created_at = created_at - interval '121 s' where id = $1", id);
    expect((await useCode(api, code)).status).toBe(401);
    expect(await api.clients('alice').sessions.getSignIn({ id })).toMatchObject({ isOver: true, isSignedIn: false });
  });

  test('only under a name of this server', async () => {
    const { code } = await api.clients('alice').sessions.createSignInCode({});
    const { port } = new URL(api.url);
    const { request } = await import('node:http');
    const status = await new Promise<number | undefined>((resolve, reject) => {
      const headers = { host: `evil.example:${port}`, 'content-type': 'application/json' };
      const call = request(
        { host: '127.0.0.1', port, method: 'POST', path: '/governance.v1.SessionService/SignIn', headers },
        (response) => resolve(response.statusCode),
      );
      call.on('error', reject);
      call.end(JSON.stringify({ code }));
    });
    expect(status).toBe(421);
    expect((await useCode(api, code)).status).toBe(200);
  });

  test('and not by another browser: a session makes no codes', async () => {
    const session = await signIn(api, 'alice');
    const answer = await callAs(api, 'governance.v1.SessionService/CreateSignInCode', {}, headersOf(session));
    expect(answer.status).toBe(403);
    expect(JSON.stringify(answer.body)).toContain('a browser cannot sign in another one');
  });

  test('with at most twenty codes at a time', async () => {
    const { sessions } = api.clients('bob');
    for (let made = 0; made < sessionLimits.codes; made += 1) await sessions.createSignInCode({});
    await expect(sessions.createSignInCode({})).rejects.toMatchObject({ cause: { code: 'LIMIT_EXCEEDED' } });
  });
});

describe('the cookie alone is worth nothing', () => {
  test('to a product that answers on another port of the host, which is sent it too', async () => {
    const session = await signIn(api, 'alice');
    expect((await whoAmI({ cookie: session.cookie })).status).toBe(401);
    expect((await whoAmI(headersOf({ ...session, page: 'guessed' }))).status).toBe(401);
    const other = await signIn(api, 'alice');
    expect((await whoAmI(headersOf({ cookie: session.cookie, page: other.page }))).status).toBe(401);
  });

  test('and neither is the half of the page, also with cookies that others have set', async () => {
    const session = await signIn(api, 'alice');
    expect((await whoAmI({ 'x-lanekeeper-page': session.page })).status).toBe(401);
    const [name = ''] = session.cookie.split('=');
    expect((await whoAmI(headersOf({ ...session, cookie: `${name}=mine; ${name}=%20` }))).status).toBe(401);
    const other = await signIn(api, 'carol');
    expect((await whoAmI(headersOf({ ...session, cookie: other.cookie }))).status).toBe(401);
  });

  test('and one of the same name, which any port of the host can set, locks nobody out', async () => {
    const session = await signIn(api, 'alice');
    const other = await signIn(api, 'carol');
    const [name = ''] = session.cookie.split('=');
    for (const cookie of [`${name}=theirs; ${session.cookie}`, `${session.cookie}; ${other.cookie}; ${name}=`]) {
      const { status, body } = await whoAmI(headersOf({ ...session, cookie }));
      expect(status).toBe(200);
      expect(body).toMatchObject({ principal: { name: 'alice' } });
    }
  });

  test('and no secret is stored', async () => {
    const session = await signIn(api, 'alice');
    const rows = JSON.stringify(
      await rowsOf(engine, 'select s.*, c.* from sessions s join sign_in_codes c using (id)'),
    );
    expect(rows).not.toContain(session.page);
    expect(rows).not.toContain(session.cookie.split('=')[1]);
  });
});

describe('a session ends', () => {
  test('after half an hour in which nobody does anything', async () => {
    const session = await signIn(api, 'alice');
    await age(session.id, 'seen_at', sessionLimits.idleMs - 5_000);
    expect(await isSignedIn(session)).toBe(true);
    // That was somebody: the half hour begins anew.
    await age(session.id, 'seen_at', sessionLimits.idleMs - 5_000);
    expect(await isSignedIn(session)).toBe(true);
    await age(session.id, 'seen_at', sessionLimits.idleMs + 1_000);
    expect(await isSignedIn(session)).toBe(false);
  });

  test('also when the page goes on asking by itself', async () => {
    const session = await signIn(api, 'alice');
    await age(session.id, 'seen_at', sessionLimits.idleMs - 5_000);
    const unattended = { ...headersOf(session), [unattendedHeader]: '1' };
    expect((await whoAmI(unattended)).status).toBe(200);
    await age(session.id, 'seen_at', 6_000);
    expect((await whoAmI(unattended)).status).toBe(401);
  });

  test('after twelve hours, whatever its person does', async () => {
    const session = await signIn(api, 'alice');
    await age(session.id, 'created_at', sessionLimits.totalMs + 1_000);
    expect(await isSignedIn(session)).toBe(false);
  });

  test('when its person signs out, and stays so', async () => {
    const session = await signIn(api, 'alice');
    const answer = await callAs(api, 'governance.v1.SessionService/EndSession', { id: '' }, headersOf(session));
    expect(answer.status).toBe(200);
    expect(answer.headers.get('set-cookie')).toContain('Max-Age=0');
    expect(await isSignedIn(session)).toBe(false);
    // Not even the process that keeps the sessions brings one back.
    const database = openDatabase({ url: engine.cluster.urls.api });
    const back = database.transaction('default', (tx) =>
      tx.query('update sessions set ended_at = null, ended_by = null where id = $1', [session.id]),
    );
    await expect(back).rejects.toThrow('a session that has ended stays so');
    await database.close();
  });

  test('from a terminal: everybody ends their own, an operator all', async () => {
    const session = await signIn(api, 'alice');
    expect((await api.lane('bob', 'sessions', 'end', session.id.slice(0, 8))).stderr).toContain('there is no session');
    const listed = await api.json('alice', 'sessions', 'list');
    expect(JSON.stringify(listed)).toContain(session.id);
    expect(JSON.stringify(listed)).toContain('Firefox 141 on Linux');
    expect(JSON.stringify(await api.json('bob', 'sessions', 'list'))).not.toContain(session.id);
    expect((await api.lane('carol', 'sessions', 'end', session.id)).code).toBe(0);
    expect(await isSignedIn(session)).toBe(false);
  });

  test('with the token that it was made with', async () => {
    const { stdout } = await api.lane('alice', 'token', 'create', '--label', 'for a browser');
    const token = stdout.trim();
    const made = await callAs(
      api,
      'governance.v1.SessionService/CreateSignInCode',
      {},
      { authorization: `Bearer ${token}` },
    );
    const answer = await useCode(api, String(made.body['code']));
    const session = {
      cookie: (answer.headers.get('set-cookie') ?? '').split(';')[0] ?? '',
      page: String(answer.body['pageSecret']),
    };
    expect((await whoAmI(headersOf(session))).status).toBe(200);
    const { tokens } = await api.clients('alice').identity.listTokens({});
    const hash = tokens.find(({ label }) => label === 'for a browser')?.tokenHash ?? '';
    expect((await api.lane('alice', 'token', 'revoke', hash.slice(7, 19), '--reason', 'lost')).code).toBe(0);
    expect((await whoAmI(headersOf(session))).status).toBe(401);
  });
});

describe('the key of a browser', () => {
  test('is offered to whoever waits in a terminal, and counts for nothing until it is enrolled', async () => {
    const { signer } = await newKey();
    const { id, code } = await api.clients('alice').sessions.createSignInCode({});
    const answer = await useCode(api, code);
    const session = {
      cookie: (answer.headers.get('set-cookie') ?? '').split(';')[0] ?? '',
      page: String(answer.body['pageSecret']),
    };
    const offered = await callAs(
      api,
      'governance.v1.SessionService/OfferKey',
      { publicKeyPem: signer.publicKeyPem },
      headersOf(session),
    );
    expect(offered.status).toBe(200);
    expect(await api.clients('alice').sessions.getSignIn({ id })).toMatchObject({
      isSignedIn: true,
      browser: 'Firefox 141 on Linux',
      offeredKeyPem: signer.publicKeyPem,
    });
    const { principal } = await api.clients('alice').identity.whoAmI({});
    expect(principal?.keys.map(({ keyId }) => keyId)).not.toContain(signer.keyId);
  });

  test('is asked about by its own person alone', async () => {
    const { id } = await api.clients('alice').sessions.createSignInCode({});
    await expect(api.clients('carol').sessions.getSignIn({ id })).rejects.toMatchObject({
      cause: { code: 'NOT_FOUND' },
    });
  });

  test('has an end, within 90 days, and is listed with its label', async () => {
    const { signer } = await newKey();
    const enrol = async (validUntil: string | undefined) => {
      const change = {
        ...({ type: 'enrol-key', principal: 'alice', purpose: 'person', publicKeyPem: signer.publicKeyPem } as const),
        ...({ heldIn: 'browser', label: 'at home' } as const),
        ...(validUntil !== undefined && { validUntil }),
      };
      const signedStatement = await signEnrolment(engine, 'alice', { verb: 'request', change });
      return api.clients('alice').enrolments.submitEnrolment({ signedStatement });
    };
    const inDays = (days: number) => new Date(Date.now() + days * 24 * 3_600_000).toISOString();
    await expect(enrol(undefined)).rejects.toMatchObject({ cause: { code: 'INVALID_INPUT' } });
    await expect(enrol(inDays(91))).rejects.toMatchObject({ cause: { code: 'INVALID_INPUT' } });
    await expect(enrol(inDays(-1))).rejects.toMatchObject({ cause: { code: 'INVALID_INPUT' } });
    await enrol(inDays(30));
    const { principal } = await api.clients('alice').identity.whoAmI({});
    expect(principal?.keys.find(({ keyId }) => keyId === signer.keyId)).toMatchObject({
      heldIn: 'browser',
      label: 'at home',
    });
    const listed = await api.lane('alice', 'keys', 'list');
    expect(listed.stderr).toBe('');
    expect(listed.stdout).toMatch(/browser .* at home/);
  });
});

describe('a stream of a session', () => {
  test('ends with it', async () => {
    const limited = await startApiOn(engine, {
      limits: { ...(await import('../../apps/api/limits/limits.js')).limits, recheckMs: 50 },
    });
    try {
      const session = await signIn(limited, 'alice');
      const response = await fetch(`${limited.url}/audit.v1.EventService/WatchEvents`, {
        method: 'POST',
        headers: { 'content-type': 'application/connect+json', ...headersOf(session) },
        body: Buffer.concat([Buffer.from([0, 0, 0, 0, 2]), Buffer.from('{}')]),
      });
      expect(response.status).toBe(200);
      await limited.clients('alice').sessions.endSession({ id: session.id });
      expect(await response.text()).toContain('does not count any more');
    } finally {
      await limited.close();
    }
  });
});

async function newKey() {
  const { generateWebKey, webSigner } = await import('../../adapters/webcrypto/signatures.js');
  return { signer: await webSigner(await generateWebKey()) };
}
