import { type Client, createClient } from '@connectrpc/connect';
import { createConnectTransport } from '@connectrpc/connect-node';
import { EnrolmentService } from '#gen/governance/v1/enrolment_service_pb.js';

/** How long the API waits for the enrolment process. */
const timeoutMs = 10_000;

/** The enrolment process, as the API reaches it. Nothing is sent before the first call. */
export function connectToEnrolment(url: string): Client<typeof EnrolmentService> {
  return createClient(
    EnrolmentService,
    createConnectTransport({ baseUrl: url, httpVersion: '1.1', useBinaryFormat: true, defaultTimeoutMs: timeoutMs }),
  );
}
