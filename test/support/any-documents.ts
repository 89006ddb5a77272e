import fc from 'fast-check';
import { lanes } from '../../core/lanes.js';
import { policyText } from './rules.js';

const roles = ['qa', 'developer', 'operator'];
const signers = fc.oneof(
  fc.record({ purposes: fc.subarray(['build', 'verification'], { minLength: 1 }) }),
  fc.record({ roles: fc.subarray(roles, { minLength: 1 }) }),
);
const duration = fc
  .tuple(fc.integer({ min: 1, max: 999 }), fc.constantFrom('s', 'm', 'h', 'd'))
  .map(([n, unit]) => `${n}${unit}`);
const severity = fc.constantFrom('BLOCKING', 'ADVISORY');

/** Some of what a gate can say, in the words of files, any of it null. */
function fieldsOfGate(isRefinement: boolean) {
  const optional = <T>(value: fc.Arbitrary<T>) => (isRefinement ? fc.option(value, { freq: 4 }) : value);
  return fc.record(
    {
      lanes: optional(fc.subarray([...lanes], { minLength: 1 })),
      kinds: optional(fc.subarray(['PROMOTION', 'ROLLBACK'], { minLength: 1 })),
      severity: optional(fc.oneof(severity, fc.dictionary(fc.constantFrom(...lanes), severity, { minKeys: 1 }))),
      enforceFrom: optional(fc.constantFrom('2026-01-01T00:00:00Z', '2027-01-01T00:00:00+02:00')),
      evidence: optional(
        fc.record(
          {
            kind: fc.constantFrom('test-result', 'scan'),
            per: fc.constantFrom('bundle', 'image', 'artifact'),
            maxAge: optional(duration),
            min: optional(fc.integer({ min: 1, max: 3 })),
            signers,
          },
          { requiredKeys: [] },
        ),
      ),
      rule: optional(fc.constantFrom('requester.known', 'bundle.images.size() > 0', 'lanes.bronze.wasLive')),
      soak: optional(fc.record({ lane: fc.constantFrom(...lanes), for: duration }, { requiredKeys: [] })),
      approvals: optional(
        fc.record(
          { count: fc.integer({ min: 1, max: 3 }), roles: fc.subarray(roles, { minLength: 1 }) },
          { requiredKeys: [] },
        ),
      ),
      message: optional(fc.constantFrom('do it', 'do it well')),
    },
    { requiredKeys: [] },
  );
}

/** A gate that is complete by itself. */
const completeGate = fc
  .tuple(fc.constantFrom('a', 'b', 'c'), fieldsOfGate(false))
  .map(([id, { evidence: _evidence, soak: _soak, approvals: _approvals, ...fields }]) => ({
    ...{ ...fields, id, type: 'COMPLIANCE', rule: fields.rule ?? 'requester.known' },
  }));

/** A gate that refines one of some name, or another gate with that name. */
const anyGate = fc
  .tuple(
    fc.constantFrom('a', 'b', 'c', 'd'),
    fc.option(fc.constantFrom('COMPLIANCE', 'TESTS', 'APPROVAL', 'FREEZE'), { nil: undefined }),
    fieldsOfGate(true),
  )
  .map(([id, type, fields]) => ({ ...fields, id, ...(type !== undefined && { type }) }));

const conditions = ['lane == "gold"', 'transformation.stage == "live"', 'transformation.milestones["m"].ready', 'true'];
const unique = { selector: ({ id }: { readonly id: string }) => id, minLength: 1, maxLength: 3 };

/** The text of a policy that stands alone. */
export const anyBase: fc.Arbitrary<string> = fc
  .uniqueArray(completeGate, unique)
  .map((gates) => policyText(gates.map((gate) => `    - ${JSON.stringify(gate)}`).join('\n')));

/** The text of a policy that lies over another, with at most one override. */
export const anyLayer: fc.Arbitrary<string> = fc
  .tuple(
    fc.uniqueArray(anyGate, unique),
    fc.subarray(['a', 'b', 'x']),
    fc.option(fc.tuple(fc.constantFrom(...conditions), fc.uniqueArray(anyGate, unique)), { nil: undefined }),
  )
  .map(([gates, remove, override]) =>
    policyText(
      gates.map((gate) => `    - ${JSON.stringify(gate)}`).join('\n'),
      [
        '  extends: p',
        ...(remove.length > 0 ? [`  remove: ${JSON.stringify(remove)}`] : []),
        ...(override === undefined
          ? []
          : [`  overrides:\n    - id: o\n      when: ${JSON.stringify(override[0])}\n      set:`]),
        ...(override?.[1].map((gate) => `        - ${JSON.stringify(withoutType(gate))}`) ?? []),
        '',
      ].join('\n'),
      'over',
    ),
  );

function withoutType({ type: _type, ...gate }: { readonly id: string; readonly type?: string }) {
  return gate;
}
