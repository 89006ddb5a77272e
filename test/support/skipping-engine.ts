import { TestWorkflowEnvironment } from '@temporalio/testing';
import { searchAttributeDefinitions } from '../../temporal-config/search-attributes.js';
import { type Engine, type EngineOptions, startEngine } from './engine.js';
import { toolPath } from './tool-path.js';

// `INDEXED_VALUE_TYPE_KEYWORD` in Temporal's API.
const keyword = 2;

/** An engine on a Temporal that skips time, and whose own clock can be set ahead. */
export interface SkippingEngine {
  readonly engine: Engine;
  readonly environment: TestWorkflowEnvironment;
  /** Sets the engine's clock ahead of the real one, without any time that passes in Temporal. */
  setAhead(milliseconds: number): void;
  /** Lets time pass: the engine's clock first, then the timers of Temporal. */
  pass(milliseconds: number): Promise<void>;
  /** What the engine's clock says. */
  now(): Date;
  close(): Promise<void>;
}

/** Starts one. */
export async function startSkippingEngine(options: Pick<EngineOptions, 'policiesDir'> = {}): Promise<SkippingEngine> {
  const environment = await TestWorkflowEnvironment.createTimeSkipping({
    server: { executable: { type: 'existing-path', path: toolPath('temporalTestServer') } },
  });
  const namespace = environment.namespace ?? 'default';
  const attributes = Object.fromEntries(searchAttributeDefinitions.map(({ name }) => [name, keyword]));
  await environment.connection.operatorService.addSearchAttributes({ namespace, searchAttributes: attributes });
  let aheadMs = 0;
  const now = () => new Date(Date.now() + aheadMs);
  const engine = await startEngine({
    ...options,
    temporal: {
      address: environment.address,
      namespace: 'default',
      cli: () => ({ code: 1, stdout: '', stderr: '' }),
      ask: () => Promise.resolve(''),
      close: () => Promise.resolve(),
    },
    now,
  });
  return {
    ...{ engine, environment, now },
    setAhead(milliseconds) {
      aheadMs = milliseconds;
    },
    async pass(milliseconds) {
      aheadMs += milliseconds;
      await environment.sleep(milliseconds);
    },
    async close() {
      await engine.close();
      await environment.teardown();
    },
  };
}
