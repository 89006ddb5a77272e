import { type Client, createClient } from '@connectrpc/connect';
import { createConnectTransport } from '@connectrpc/connect-node';
import { EnrolmentService } from '#gen/governance/v1/enrolment_service_pb.js';

/** How long the API waits for the enrolment process. */
const timeoutMs = 10_000;

/** The enrolment process, as the API reaches it. */
export interface EnrolmentProcess extends Pick<Client<typeof EnrolmentService>, 'submitEnrolment'> {
  /** Resolves when it and its database answer. */
  ping(): Promise<void>;
}

/** Nothing is sent before the first call. */
export function connectToEnrolment(url: string): EnrolmentProcess {
  const { submitEnrolment } = createClient(
    EnrolmentService,
    createConnectTransport({ baseUrl: url, httpVersion: '1.1', useBinaryFormat: true, defaultTimeoutMs: timeoutMs }),
  );
  return {
    submitEnrolment,
    async ping() {
      const response = await fetch(new URL('/healthz', url), { signal: AbortSignal.timeout(timeoutMs) });
      if (!response.ok) throw new Error(await response.text());
    },
  };
}
