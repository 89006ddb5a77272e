import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { fingerprintOf, PlanRefused, runPlan } from './plan.mjs';

const maxBodyBytes = 64 * 1024;
const reviewed = JSON.parse(await readFile(new URL('../plan.json', import.meta.url), 'utf8'));
const revision = process.env.LANEKEEPER_REVISION ?? 'unknown';

const server = createServer(async (request, response) => {
  try {
    if (request.method === 'GET' && request.url === '/healthz') return reply(response, 200, { status: 'ok', revision });
    if (request.method === 'POST' && request.url === '/run') return reply(response, 200, run(await readJson(request)));
    return reply(response, 404, { error: 'not found' });
  } catch (error) {
    if (error instanceof PlanRefused) return reply(response, 403, { error: error.message });
    return reply(response, 400, { error: 'the request is not understood' });
  }
});

function run({ plan = reviewed, input = {} }) {
  return { ...runPlan(plan, reviewed, input), fingerprint: fingerprintOf(plan), revision };
}

async function readJson(request) {
  let text = '';
  for await (const chunk of request) {
    text += chunk;
    if (text.length > maxBodyBytes) throw new RangeError('the body is too long');
  }
  return text === '' ? {} : JSON.parse(text);
}

function reply(response, status, body) {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

server.listen(Number(process.env.PORT ?? 0), '127.0.0.1');
process.on('SIGTERM', () => server.close());
