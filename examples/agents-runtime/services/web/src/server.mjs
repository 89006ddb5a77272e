import { createServer } from 'node:http';
import pc from 'picocolors';
import { greeting } from './greeting.mjs';
import { renderPage } from './page.mjs';

const agentsUrl = process.env.AGENTS_URL;
const revision = process.env.LANEKEEPER_REVISION ?? 'unknown';

const server = createServer(async (request, response) => {
  const url = new URL(request.url, 'http://localhost');
  if (url.pathname === '/healthz')
    return send(response, 200, 'application/json', JSON.stringify({ status: 'ok', revision }));
  if (url.pathname !== '/' && url.pathname !== '/api/answer') return send(response, 404, 'text/plain', 'not found\n');
  try {
    const content = { greeting, revision, answer: await askAgents(url.searchParams.get('name') ?? 'visitor') };
    if (url.pathname === '/') return send(response, 200, 'text/html; charset=utf-8', renderPage(content));
    return send(response, 200, 'application/json', JSON.stringify(content));
  } catch (error) {
    console.error(pc.red(`the agents do not answer: ${error.message}`));
    return send(response, 502, 'text/plain', 'the agents do not answer\n');
  }
});

async function askAgents(name) {
  const response = await fetch(new URL('/run', agentsUrl), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ input: { name: name.slice(0, 100) } }),
    signal: AbortSignal.timeout(5_000),
  });
  if (!response.ok) throw new Error(`status ${response.status}`);
  return response.json();
}

function send(response, status, type, body) {
  response.writeHead(status, { 'content-type': type, 'x-revision': revision }).end(body);
}

server.listen(Number(process.env.PORT ?? 0), '127.0.0.1');
process.on('SIGTERM', () => server.close());
