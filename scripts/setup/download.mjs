import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

const connectMs = 8_000;
const stallMs = 20_000;

async function open(url) {
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(new Error(`no response within ${connectMs / 1000} s`)), connectMs);
  try {
    const response = await fetch(url, { signal: abort.signal, redirect: 'follow' });
    if (!response.ok) throw new Error(`HTTP ${response.status}`);
    return { response, abort };
  } catch (error) {
    throw new Error(`${new URL(url).host}: ${error.cause?.code ?? error.cause?.message ?? error.message}`, {
      cause: error,
    });
  } finally {
    clearTimeout(timer);
  }
}

/** Fetches a small text file. */
export async function fetchText(url) {
  const { response } = await open(url);
  return Promise.race([
    response.text(),
    delay(stallMs, undefined, { ref: false }).then(() => {
      throw new Error(`${new URL(url).host}: no data for ${stallMs / 1000} s`);
    }),
  ]);
}

/** Downloads `url` into `path` and returns the sha256 in hex; gives up when no data arrives for 20 s. */
export async function download(url, path, onBytes) {
  const { response, abort } = await open(url);
  const hash = createHash('sha256');
  const file = createWriteStream(path);
  const total = Number(response.headers.get('content-length') ?? 0);
  let done = 0;
  let timer;
  const arm = () => {
    clearTimeout(timer);
    timer = setTimeout(() => abort.abort(new Error(`no data for ${stallMs / 1000} s`)), stallMs);
  };
  try {
    arm();
    for await (const chunk of response.body) {
      arm();
      hash.update(chunk);
      done += chunk.length;
      onBytes?.(done, total);
      if (!file.write(chunk)) await new Promise((resolve) => file.once('drain', resolve));
    }
  } finally {
    clearTimeout(timer);
    await new Promise((resolve) => file.end(resolve));
  }
  return hash.digest('hex');
}
