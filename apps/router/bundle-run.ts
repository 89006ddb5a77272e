import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { TenantStores } from '../../adapters/content-store/content-store.js';
import { type UnpackedImage, unpackImage } from '../../adapters/oci/unpack-image.js';
import { type Digest, hexOf } from '../../core/digest.js';
import { LanekeeperError } from '../../core/errors.js';
import type { AliasService, LaneKey, ServedBundle } from '../../store/alias/read.js';
import { findFreePorts } from '../../adapters/network/free-port.js';
import { ServiceProcess } from './service-process.js';
import type { ServiceRecord } from './service-record.js';

/** What running bundles needs from its surroundings. */
export interface RunnerContext {
  readonly blobs: TenantStores;
  readonly dataDir: string;
  readonly serviceEnv: Readonly<Record<string, string>>;
  readonly healthDeadlineMs: number;
  readonly record: ServiceRecord;
  readonly log: (text: string) => void;
  /** Under which origins lanes are reached besides loopback. */
  readonly publicOrigins: readonly string[];
}

/** A bundle running for one lane: one process per service; each is given the addresses of the others and no more. */
export class BundleRun {
  readonly target: ServedBundle;
  /** Requests and WebSockets in flight. */
  inFlight = 0;
  #processes: ReadonlyMap<string, ServiceProcess>;

  private constructor(target: ServedBundle, processes: ReadonlyMap<string, ServiceProcess>) {
    this.target = target;
    this.#processes = processes;
  }

  /**
   * Unpacks the images, starts every service and returns when all are healthy; if one fails, all are stopped again.
   * @throws IMAGE_UNSUPPORTED, NOT_FOUND, BLOB_MISSING, BLOB_CORRUPT, or SERVICE_UNHEALTHY with the end of the output
   */
  static async start(
    context: RunnerContext,
    lane: LaneKey,
    target: ServedBundle,
    signal: AbortSignal,
  ): Promise<BundleRun> {
    const images = await Promise.all(target.services.map((service) => unpackService(context, lane.tenant, service)));
    const ports = await findFreePorts(target.services.length);
    const addresses = target.services.map(
      ({ name }, index) =>
        [`${name.toUpperCase().replaceAll('-', '_')}_URL`, `http://127.0.0.1:${ports[index] ?? 0}`] as const,
    );
    const processes = target.services.map(({ name }, index) => {
      const image = images[index] as UnpackedImage;
      const plan = {
        name,
        workingDir: image.workingDir,
        entry: image.entrypoint[1],
        port: ports[index] ?? 0,
        health: image.health,
        env: {
          ...context.serviceEnv,
          NODE_ENV: 'production',
          PORT: String(ports[index]),
          HOST: '127.0.0.1',
          LANEKEEPER_REVISION: target.revision,
          LANEKEEPER_BUNDLE: target.bundle,
          ...Object.fromEntries(addresses.filter((_, other) => other !== index)),
        },
        logFile: join(
          context.dataDir,
          'logs',
          'services',
          `${lane.product}-${lane.lane}-${name}-${hexOf(target.bundle).slice(0, 12)}.log`,
        ),
      };
      return new ServiceProcess(plan, context.record, (text) => context.log(`${lane.product} ${lane.lane}: ${text}`));
    });
    const run = new BundleRun(target, new Map(processes.map((process) => [process.plan.name, process])));
    const deadline = Date.now() + context.healthDeadlineMs;
    try {
      await Promise.all(processes.map((process) => process.start(deadline, signal)));
      return run;
    } catch (error) {
      await run.stop();
      throw new LanekeeperError(
        'SERVICE_UNHEALTHY',
        { message: error instanceof Error ? error.message : String(error), object: `bundle ${target.bundle}` },
        { cause: error },
      );
    }
  }

  /** The address of a service: undefined when the bundle has no such service, null while its process is down. */
  addressOf(service: string): { readonly host: string; readonly port: number } | null | undefined {
    const process = this.#processes.get(service);
    if (process === undefined) return undefined;
    return process.isReady ? { host: '127.0.0.1', port: process.plan.port } : null;
  }

  /** Whether every service accepts requests, so that traffic may be switched to this run at once. */
  get isReady(): boolean {
    return [...this.#processes.values()].every((process) => process.isReady);
  }

  /** Lets requests in flight finish, for at most `drainMs`, then stops every process. */
  async stop(drainMs = 0): Promise<void> {
    const deadline = Date.now() + drainMs;
    while (this.inFlight > 0 && Date.now() < deadline) await delay(50);
    await Promise.all([...this.#processes.values()].map((process) => process.stop()));
  }
}

async function unpackService(context: RunnerContext, tenant: string, service: AliasService): Promise<UnpackedImage> {
  const { imageDigest } = service;
  const image = await unpackImage(
    context.blobs.of(tenant),
    imageDigest,
    folderOf(context.dataDir, tenant, imageDigest),
  );
  const running = Number(process.versions.node.split('.')[0]);
  if (running >= image.nodeMajor) return image;
  throw new LanekeeperError('IMAGE_UNSUPPORTED', {
    message: `service ${service.name} needs Node ${image.nodeMajor} or newer`,
    object: `image ${service.imageDigest}`,
    why: `this machine runs Node ${process.versions.node}`,
    next: 'start the stack with a newer Node, or build the service for this one',
  });
}

/** The folder into which an image of a tenant is unpacked: what another tenant has unpacked proves nothing about it. */
function folderOf(dataDir: string, tenant: string, image: Digest): string {
  return join(dataDir, 'services', tenant, hexOf(image));
}
