import {
  type Window as WindowMessage,
  InFlightRule,
  WindowAction,
  WindowKind,
} from '#gen/governance/v1/restriction_pb.js';
import { normaliseWindow } from '../../../core/calendar/normalise.js';
import { inFlightRules, windowActions, type Window, windowKinds } from '../../../core/calendar/window.js';
import { isLane } from '../../../core/lanes.js';
import { laneName } from '../output/words.js';

/** A window as people write and sign it, from what the API says. */
export function windowOfMessage(name: string, message: WindowMessage): Window {
  const { reason, zone, begins, ends, lasts, recurrence, except, products, invokers } = message;
  const lanes = message.lanes.map(laneName).filter(isLane);
  return normaliseWindow(name, {
    ...{ reason, zone, begins },
    kind: windowKinds.find((kind) => WindowKind[kind] === message.kind) ?? 'FREEZE',
    inFlight: inFlightRules.find((rule) => InFlightRule[rule] === message.inFlight) ?? 'FINISH',
    actions: windowActions.filter((action) => message.actions.includes(WindowAction[action])),
    ...(ends !== '' && { ends }),
    ...(lasts !== '' && { lasts }),
    ...(recurrence !== '' && { recurrence }),
    ...(except.length > 0 && { except }),
    ...(products.length > 0 && { products }),
    ...(lanes.length > 0 && { lanes }),
    ...(invokers.length > 0 && { invokers }),
  });
}
