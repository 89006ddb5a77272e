import { homedir } from 'node:os';
import { join } from 'node:path';

/** What `lane` takes from the environment, which is read here and nowhere else in cli/. */
export interface CliEnvironment {
  /** Who acts without `--as`; from LANE_AS, else `dev`. */
  readonly person: string;
  /** A stack file or its folder; from LANEKEEPER_STACK. */
  readonly stack: string | undefined;
  /** The file that names this user's default stack. */
  readonly pointerFile: string;
  /** Whether to use colours: NO_COLOR disables, FORCE_COLOR enables them; if undefined, the terminal decides. */
  readonly colour: boolean | undefined;
  /** Variables that child processes may inherit: what git needs to find its files. */
  readonly inherited: Readonly<Record<string, string>>;
}

/** Reads the environment. */
export function readEnvironment(env: NodeJS.ProcessEnv = process.env): CliEnvironment {
  const inherited = ['PATH', 'HOME', 'LANG', 'LC_ALL', 'TMPDIR'].flatMap((name) =>
    env[name] === undefined ? [] : [[name, env[name]] as const],
  );
  return {
    person: nonEmpty(env['LANE_AS']) ?? 'dev',
    stack: nonEmpty(env['LANEKEEPER_STACK']),
    pointerFile: join(nonEmpty(env['XDG_CONFIG_HOME']) ?? join(homedir(), '.config'), 'lanekeeper', 'stack.json'),
    colour:
      nonEmpty(env['NO_COLOR']) !== undefined
        ? false
        : nonEmpty(env['FORCE_COLOR']) !== undefined && env['FORCE_COLOR'] !== '0'
          ? true
          : undefined,
    inherited: Object.fromEntries(inherited),
  };
}

function nonEmpty(value: string | undefined): string | undefined {
  return value === '' ? undefined : value;
}
