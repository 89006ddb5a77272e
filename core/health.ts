/** The parts of Lanekeeper whose health the API reports; it depends on the first two. */
export const healthParts = ['database', 'temporal', 'enrolment', 'builds'] as const;

/** One of the parts. */
export type HealthPart = (typeof healthParts)[number];

/** The state of one part. */
export interface PartHealth {
  readonly ok: boolean;
  readonly detail?: string;
}

/** The answer of `/healthz`. */
export interface Health {
  readonly status: 'ok' | 'degraded';
  /** The API does not depend on `enrolment`, nor on `builds`, which says how the workers contain builds. */
  readonly parts: Readonly<Record<HealthPart, PartHealth>>;
  /** The API's clock, RFC 3339. */
  readonly now: string;
}

/** By how much clocks may differ, in milliseconds: what is signed with one that is wrong by more could be refused. */
export const clockToleranceMs = 30_000;

/** What a person is told about a part. */
export interface PartReport {
  /** The part, as people call it. */
  readonly title: string;
  readonly ok: boolean;
  readonly found: string;
  /** What to do about it; empty while it is well. */
  readonly fix: string;
}

/** What to do about a part that does not answer. */
export const startAgain = 'start the stack: npm start; its logs are in logs/ in its data folder';
const fixes: Readonly<Record<HealthPart, string>> = {
  database: startAgain,
  temporal: startAgain,
  enrolment: startAgain,
  builds:
    'install bubblewrap on the machine of the build worker (apt install bubblewrap, or npm run setup -- --with bubblewrap), then start the stack again',
};

const titles: Readonly<Record<HealthPart, string>> = {
  database: 'PostgreSQL',
  temporal: 'Temporal',
  enrolment: 'enrolment',
  builds: 'builds',
};

/** What an answer of `/healthz`, which an API of another version may have given, says to a person about each part. */
export function reportHealth(answer: unknown): readonly PartReport[] {
  return healthParts.map((part) => {
    const { ok, detail } = partOf(answer, part);
    const reached = ok ? 'reachable from the API' : `not reachable from the API${detail === '' ? '' : `: ${detail}`}`;
    return { title: titles[part], ok, found: part === 'builds' ? detail : reached, fix: ok ? '' : fixes[part] };
  });
}

function partOf(answer: unknown, name: HealthPart): Required<PartHealth> {
  const part = fieldOf(fieldOf(answer, 'parts'), name);
  if (typeof part !== 'object' || part === null) return { ok: false, detail: 'the API does not report it' };
  const detail = fieldOf(part, 'detail');
  return { ok: fieldOf(part, 'ok') === true, detail: typeof detail === 'string' ? detail : '' };
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}
