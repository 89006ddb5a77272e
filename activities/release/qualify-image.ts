import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { uriOf } from '../../adapters/content-store/content-store.js';
import { isFolder } from '../../adapters/git/repository.js';
import { unpackImage } from '../../adapters/oci/unpack-image.js';
import type { ProcessResult } from '../../adapters/process/run-process.js';
import { LanekeeperError } from '../../core/errors.js';
import { maxReportLength, parseJUnit, type TestReport } from '../../core/evidence/junit.js';
import { subjectOf } from '../../core/evidence/statement.js';
import { testResultStatement } from '../../core/evidence/test-result.js';
import type { OwnRun } from '../caller.js';
import { storeStatement } from './describe-image.js';
import { openSource, serviceOf } from './open-source.js';
import type { Step } from '../long-step.js';
import type { BuildActivities, QualifiedImage } from './types.js';
import { type ContainedBuildDeps, inWorkspace, lastLines, type Workspace } from './workspace.js';

type QualifyInput = Parameters<BuildActivities['qualifyImage']>[0];

/**
 * Runs a service's own tests against its unpacked image, the one that would be deployed, not against a source tree. The
 * images of the other services are unpacked too, because services are tested together.
 */
export async function qualifyImage(
  deps: ContainedBuildDeps,
  step: Step,
  input: QualifyInput,
  run: Pick<OwnRun, 'workflowId'>,
): Promise<QualifiedImage> {
  return inWorkspace(deps, step, async (workspace) => {
    const source = await openSource(deps, workspace, input, run);
    const service = serviceOf(source, input.service);
    const { testSeconds } = source.definition.timeouts;
    const reportFile = join(await workspace.folder('reports'), 'junit.xml');
    const ranAt = new Date().toISOString();
    const result = await workspace.run({
      commands: service.test,
      folder: service.path,
      env: {
        JUNIT_FILE: reportFile,
        LANEKEEPER_REVISION: source.revision,
        ...(await imageVariables(deps, workspace, input)),
      },
      timeoutMs: testSeconds * 1000,
      ...(source.definition.network !== undefined && { network: source.definition.network }),
      ...(isFolder(input.repository) && { repository: input.repository }),
    });
    if (result.timedOut) throw failed(input, `they took longer than ${String(testSeconds)} s and were stopped`);
    const bytes = await readReport(await workspace.result(reportFile), input, result);
    const report = parseJUnit(bytes.toString('utf8'));
    const image = input.images.find((one) => one.service === service.name)?.image;
    if (image === undefined) throw new LanekeeperError('INTERNAL', { message: `service ${service.name} has no image` });
    const checksum = await deps.blobs.put(bytes);
    if (report.result === 'FAILED' || result.exitCode !== 0) throw failed(input, explain(report, result));
    const statement = testResultStatement({
      suite: 'image',
      subject: [subjectOf(service.name, image)],
      report,
      reportDigest: checksum,
      ranAt,
    });
    const { passed, failed: failures, skipped } = report;
    return {
      passed,
      failed: failures,
      skipped,
      report: { uri: uriOf(checksum), checksum },
      statement: await storeStatement(deps, statement),
    };
  });
}

/** `IMAGE_DIR` and `IMAGE_ENTRY` of the service itself, `<SERVICE>_IMAGE_DIR` and `<SERVICE>_IMAGE_ENTRY` of each. */
async function imageVariables(
  deps: ContainedBuildDeps,
  workspace: Workspace,
  input: QualifyInput,
): Promise<Record<string, string>> {
  const variables: Record<string, string> = {};
  for (const { service, image } of input.images) {
    const unpacked = await unpackImage(deps.blobs, image, join(await workspace.folder('images'), service));
    const prefix = service.toUpperCase().replaceAll('-', '_');
    variables[`${prefix}_IMAGE_DIR`] = unpacked.workingDir;
    variables[`${prefix}_IMAGE_ENTRY`] = unpacked.entrypoint[1];
    if (service !== input.service) continue;
    variables['IMAGE_DIR'] = unpacked.workingDir;
    variables['IMAGE_ENTRY'] = unpacked.entrypoint[1];
  }
  return variables;
}

async function readReport(path: string | undefined, input: QualifyInput, result: ProcessResult): Promise<Buffer> {
  if (path === undefined)
    throw failed(
      input,
      `they wrote no JUnit report to $JUNIT_FILE and ended with exit code ${String(result.exitCode ?? 'none')}:\n${lastLines(result, 20)}`,
    );
  if ((await stat(path)).size > maxReportLength)
    throw failed(input, `their JUnit report is larger than ${String(maxReportLength)} bytes`);
  return readFile(path);
}

function explain(report: TestReport, result: ProcessResult): string {
  if (report.failed === 0)
    return `all tests passed, but the command ended with exit code ${String(result.exitCode ?? 'none')}:\n${lastLines(result, 20)}`;
  const counts = `${String(report.failed)} of ${String(report.passed + report.failed)} failed`;
  return `${counts}: ${report.failedTests.slice(0, 10).join('; ')}`;
}

function failed(input: QualifyInput, why: string): LanekeeperError {
  return new LanekeeperError('TESTS_FAILED', {
    message: `the tests of service ${input.service} did not pass`,
    object: `service ${input.service}`,
    why,
    next: 'correct the service or its tests, commit, and release again',
  });
}
