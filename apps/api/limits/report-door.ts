import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { codeToHttpStatus, errorToJson } from '@connectrpc/connect/protocol-connect';
import { LanekeeperError } from '../../../core/errors.js';
import { pageHeader } from '../../../core/identity/session.js';
import { toConnectError } from '../errors/connect-error.js';
import { notIdentified } from '../identity/authorize.js';
import type { Identify } from '../identity/caller.js';
import { credentialsIn } from '../identity/credentials.js';
import type { Limits } from './limits.js';
import { Occupancy } from './occupancy.js';

const all = 'all';

/**
 * Lets in what is large. A request is in memory before the interceptors see it, so whoever sends a report is identified by
 * its headers first, and few reports are read at a time. Whether its sender may attach it is decided afterwards, as for
 * everything else.
 */
export function createReportDoor(
  serve: RequestListener,
  { limits, identify, report }: { limits: Limits; identify: Identify; report: (error: unknown) => void },
): RequestListener {
  const own = new Occupancy(limits.reports);
  const total = new Occupancy(limits.allReports);
  const admit = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const credentials = credentialsIn(headersOf(request));
    const caller = credentials === undefined ? undefined : await identify(credentials);
    if (caller === undefined) throw notIdentified(credentials);
    const leaveOwn = own.enter(`${caller.tenant}/${caller.principal.name}`);
    const leave = leaveOwn && total.enter(all);
    response.once('close', () => {
      leave?.();
      leaveOwn?.();
    });
    if (leave === undefined) throw tooManyReports(caller.principal.name, limits);
    serve(request, response);
  };
  return (request, response) =>
    void admit(request, response).catch((error: unknown) => refuse(response, toConnectError(error, report)));
}

function headersOf({ headers }: IncomingMessage): Headers {
  const { authorization, cookie, host } = headers;
  const page = headers[pageHeader];
  const given = { authorization, cookie, host, [pageHeader]: typeof page === 'string' ? page : undefined };
  return new Headers(Object.entries(given).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
}

/** Answers as Connect does, and closes the connection: the rest of what is on its way is not read. */
function refuse(response: ServerResponse, error: ReturnType<typeof toConnectError>): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  response.writeHead(codeToHttpStatus(error.code), { 'content-type': 'application/json', connection: 'close' });
  response.end(JSON.stringify(errorToJson(error, undefined)));
}

function tooManyReports(name: string, { reports, allReports }: Limits): LanekeeperError {
  return new LanekeeperError('LIMIT_EXCEEDED', {
    message: 'too many reports are being attached',
    object: `principal ${name}`,
    why: `${String(reports)} of one principal and ${String(allReports)} of all are read at a time`,
    next: 'try again in 5 s',
  });
}
