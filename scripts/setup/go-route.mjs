import { withHeartbeat } from './log.mjs';
import { findOnPath, run, tail } from './run.mjs';

/** Without optimisation the build takes a fifth less time, and the tool still runs in milliseconds. */
const quickBuild = ['-ldflags=-s -w', '-gcflags=all=-N -l'];

/** Builds the tool from source, with modules from the Go proxy that this user has configured. */
export async function fromGo(tool, folder) {
  const go = findOnPath('go');
  if (!go) throw new Error('go is not on PATH');
  let packages = 0;
  const { code, output } = await withHeartbeat(
    `building ${tool.name} from source (takes minutes, only once)`,
    () =>
      run(go, ['install', '-v', ...quickBuild, `${tool.goPackage}@v${tool.version}`], {
        cwd: folder,
        env: { GOGC: '400', ...process.env, GOBIN: folder, CGO_ENABLED: '0' },
        onLine: () => {
          packages += 1;
        },
      }),
    () => `${packages} packages fetched or compiled`,
  );
  if (code !== 0) throw new Error(`go install failed\n${tail(output)}`);
  return `go install ${tool.goPackage}@v${tool.version}`;
}
