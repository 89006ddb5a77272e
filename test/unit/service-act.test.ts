import { describe, expect, test } from '@jest/globals';
import { describeStatement } from '../../core/evidence/describe.js';
import { predicateTypes } from '../../core/evidence/predicate-types.js';
import {
  parseServiceActStatement,
  type ServiceActRecord,
  serviceActStatement,
} from '../../core/evidence/service-act.js';
import { statementOf, subjectOf } from '../../core/evidence/statement.js';
import { digestOf } from '../../core/hash.js';

const bundle = digestOf('a bundle');
const act: ServiceActRecord = {
  bundle,
  act: 'revert',
  tenant: 'default',
  product: 'shop',
  lane: 'gold',
  promotion: { id: '01234567-89ab-cdef-0123-456789abcdef', workflowId: 'promotion/default/shop/gold/x' },
  policySnapshot: digestOf('policy'),
  event: { id: 7, type: 'promotion.ending' },
  occurredAt: '2026-03-01T09:00:00.123Z',
};
const invalid = expect.objectContaining({ code: 'EVIDENCE_INVALID' });

describe('a service statement', () => {
  test('is read back unchanged, and is of a kind of its own', () => {
    const statement = serviceActStatement(act);
    expect(parseServiceActStatement(statement)).toEqual(act);
    expect(statement.subject).toEqual([subjectOf('shop', bundle)]);
    expect(describeStatement(statement)).toEqual({ kind: 'service-act', attributes: {} });
  });

  test('about an abort names the change of phase that it was', () => {
    const abort = { ...act, act: 'abort', event: { id: 7, type: 'promotion.transitioned' } } as const;
    expect(parseServiceActStatement(serviceActStatement(abort))).toEqual(abort);
  });

  test.each<[string, Readonly<Record<string, unknown>>]>([
    ['no act', { act: undefined }],
    ['an unknown act', { act: 'approve' }],
    ['an act that its event does not record', { act: 'abort' }],
    ['no promotion', { promotion: undefined }],
    ['a promotion without an id', { promotion: { workflowId: 'x' } }],
    ['no policy snapshot', { policySnapshot: undefined }],
    ['no event', { event: undefined }],
    ['an event of another type', { event: { id: 7, type: 'promotion.adopted' } }],
    ['an event named like what every object has', { event: { id: 7, type: 'constructor' } }],
    ['an event without an id', { event: { type: 'promotion.ending' } }],
    ['an event with an id that is no number', { event: { id: '7', type: 'promotion.ending' } }],
    ['an unknown lane', { lane: 'platinum' }],
    ['a tenant that is no name', { tenant: 'De Fault' }],
    ['a person', { principal: 'alice' }],
    ['a time without a time zone', { occurredAt: '2026-03-01T09:00:00' }],
  ])('with %s is refused', (_what, change) => {
    const { bundle: _bundle, ...predicate } = JSON.parse(JSON.stringify({ ...act, ...change })) as ServiceActRecord;
    const statement = statementOf(predicateTypes.serviceAct, [subjectOf('shop', bundle)], predicate);
    expect(() => parseServiceActStatement(statement)).toThrow(invalid);
  });

  test('of another type, about two subjects, or about one with another name is refused', () => {
    const { predicate, subject } = serviceActStatement(act);
    for (const statement of [
      statementOf(predicateTypes.decision, subject, predicate),
      statementOf(predicateTypes.serviceAct, [...subject, subjectOf('shop', digestOf('b'))], predicate),
      statementOf(predicateTypes.serviceAct, [subjectOf('other', bundle)], predicate),
    ])
      expect(() => parseServiceActStatement(statement)).toThrow(invalid);
  });
});
