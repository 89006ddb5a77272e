import { createRequire } from 'node:module';
import type { temporal } from '@temporalio/proto';

type HistoryEvent = temporal.api.history.v1.IHistoryEvent;

/** What is used of `protobufjs/ext/protojson` and of `@temporalio/proto`, which are CommonJS. */
interface ProtoJson {
  toJson(type: unknown, message: object): unknown;
}
interface Root {
  lookupType(name: string): unknown;
}

// `historyToJSON` of the SDK does this, but only where npm has put all parts of the SDK beside one copy of protobufjs: the
// messages must be of the very classes that convert them. So both are taken from where the messages are.
const requireHere = createRequire(import.meta.url);
const protoJson = createRequire(requireHere.resolve('@temporalio/proto'))('protobufjs/ext/protojson') as ProtoJson;
const historyType = (requireHere('@temporalio/proto') as Root).lookupType('temporal.api.history.v1.History');

/** Events in protobuf JSON: names in camel case, enums by name, bytes in base64, instants in RFC 3339. */
export function eventsToJson(events: readonly HistoryEvent[]): readonly unknown[] {
  return (protoJson.toJson(historyType, { events }) as { readonly events?: readonly unknown[] }).events ?? [];
}
