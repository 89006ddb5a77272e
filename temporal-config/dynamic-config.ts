/**
 * Dynamic configuration of the Temporal dev server: setting and value, in JSON. The stack and the tests start it with
 * the same.
 */
export const dynamicConfig: Readonly<Record<string, string>> = {
  // The defaults limit a run of quick steps to 20 per second and round every timer up to a second.
  'history.transferProcessorMaxPollRPS': '1000',
  'history.timerProcessorMaxPollRPS': '1000',
  'history.visibilityProcessorMaxPollRPS': '1000',
  'history.timerProcessorMaxTimeShift': '"20ms"',
  // The dev server opens an HTTP API that takes a plain-text POST of any web page, and cannot be told not to. This list
  // of the hosts that a request may name closes it: no valid Host header has a space. Everything of ours, the Temporal
  // command line and the Temporal UI use gRPC.
  'frontend.httpAllowedHosts': '["no host"]',
};

/** Arguments of `temporal server start-dev` that make these settings. */
export function dynamicConfigArgs(settings: Readonly<Record<string, string>>): readonly string[] {
  return Object.entries(settings).flatMap(([name, value]) => ['--dynamic-config-value', `${name}=${value}`]);
}
