import type { Publication } from '#gen/governance/v1/case_pb.js';

/** `policy default`. */
export function documentOfCase({ kind, name }: Publication): string {
  return kind === 'governance' ? 'policy of policies' : `${kind} ${name}`;
}
