import { Ajv2020 } from 'ajv/dist/2020.js';
import { LineCounter, parseDocument } from 'yaml';
import policySchema from '../schemas/policy.schema.json' with { type: 'json' };
import { LanekeeperError } from '../errors.js';
import { lanes, type Lane } from '../lanes.js';
import { checkRule } from './cel.js';
import type { ApprovalRule, CommitRule, EvidenceRule, Gate, GateType, Policy } from './model.js';
import { sourcesOf } from './sources.js';
import type { Severity } from './verdict.js';

/** The largest policy file, in characters. */
const maxPolicyLength = 256 * 1024;

interface PolicyFile {
  metadata: { name: string };
  spec: { gates: GateFile[] };
}

interface GateFile {
  id: string;
  type: GateType;
  lanes?: Lane[];
  kinds?: ('PROMOTION' | 'ROLLBACK')[];
  severity?: Severity;
  evidence?: Omit<EvidenceRule, 'min' | 'maxAgeSeconds'> & { min?: number; maxAge?: string };
  approvals?: Omit<ApprovalRule, 'distinctRoles' | 'separation'> & {
    distinctRoles?: boolean;
    separation?: ('requester' | 'author')[];
  };
  commits?: Partial<CommitRule>;
  rule?: string;
  message: string;
}

const validate = new Ajv2020({ allErrors: true, strict: true, allowUnionTypes: true }).compile<PolicyFile>(
  policySchema,
);

/**
 * Reads a policy file (format: `core/schemas/policy.schema.json`).
 *
 * @throws INVALID_POLICY naming every problem with its location
 */
export function parsePolicy(text: string, fileName: string): Policy {
  if (text.length > maxPolicyLength) throw invalid(fileName, `it is longer than ${maxPolicyLength} characters`);
  const lines = new LineCounter();
  const document = parseDocument(text, { prettyErrors: true, lineCounter: lines });
  if (document.errors.length > 0)
    throw invalid(fileName, document.errors.map((error) => error.message.split('\n')[0]).join('; '));
  const value: unknown = document.toJS({ maxAliasCount: 20 });
  if (!validate(value)) {
    throw invalid(
      fileName,
      (validate.errors ?? [])
        .map((error) => `${error.instancePath || '/'} ${error.message ?? 'is invalid'}`)
        .join('; '),
    );
  }
  const ids = value.spec.gates.map((gate) => gate.id);
  const duplicate = ids.find((id, index) => ids.indexOf(id) !== index);
  if (duplicate !== undefined) throw invalid(fileName, `duplicate gate ${duplicate}`);
  const gates = value.spec.gates.map((gate) => gateOf(gate, fileName));
  const sources = gates.flatMap((gate, index) => sourcesOf(gate, index, { name: fileName, document, lines }));
  return { name: value.metadata.name, gates, sources };
}

function gateOf(file: GateFile, fileName: string): Gate {
  if (file.rule !== undefined) checkRule(file.rule, `gate ${file.id} in ${fileName}`);
  const demands = file.rule ?? file.evidence ?? file.approvals;
  if (demands === undefined && file.commits?.signatures !== 'required') {
    throw invalid(
      fileName,
      `gate ${file.id} has neither evidence, approvals, signatures nor a rule and would always pass`,
    );
  }
  return {
    id: file.id,
    type: file.type,
    lanes: file.lanes ?? lanes,
    kinds: file.kinds ?? ['PROMOTION'],
    severity: file.severity ?? 'BLOCKING',
    ...(file.evidence !== undefined && { evidence: evidenceOf(file.evidence) }),
    ...(file.approvals !== undefined && {
      approvals: {
        count: file.approvals.count,
        roles: file.approvals.roles,
        distinctRoles: file.approvals.distinctRoles ?? false,
        separation: file.approvals.separation ?? ['requester', 'author'],
        ...(file.approvals.countForAgents !== undefined && { countForAgents: file.approvals.countForAgents }),
      },
    }),
    ...(file.commits !== undefined && {
      commits: {
        firstRelease: file.commits.firstRelease ?? 'released-commit',
        signatures: file.commits.signatures ?? 'optional',
      },
    }),
    ...(file.rule !== undefined && { rule: file.rule }),
    message: file.message,
  };
}

function evidenceOf(file: NonNullable<GateFile['evidence']>): EvidenceRule {
  const { maxAge, min, ...rest } = file;
  return { ...rest, min: min ?? 1, ...(maxAge !== undefined && { maxAgeSeconds: secondsOf(maxAge) }) };
}

const unitSeconds: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600, d: 86_400 };

// The schema has checked the form: digits and one unit.
function secondsOf(duration: string): number {
  return Number(duration.slice(0, -1)) * (unitSeconds[duration.slice(-1)] ?? Number.NaN);
}

function invalid(fileName: string, why: string): LanekeeperError {
  return new LanekeeperError('INVALID_POLICY', {
    message: `${fileName} is not a valid policy`,
    object: fileName,
    why,
    next: 'correct the file; its format is core/schemas/policy.schema.json',
  });
}
