import { createHash } from 'node:crypto';
import { tools } from './tools.mjs';

/** A plan that must not run. */
export class PlanRefused extends Error {}

/** sha256 of the plan as canonical JSON: the same value is in the manifest of the release. */
export function fingerprintOf(plan) {
  return `sha256:${createHash('sha256').update(canonical(plan)).digest('hex')}`;
}

/**
 * Runs the nodes in the order of the edges. If a node uses a tool that the reviewed plan does not grant, the whole run is
 * refused before it starts.
 */
export function runPlan(plan, reviewed, input) {
  const granted = new Set(reviewed.tools.map((tool) => tool.name));
  const nodes = inOrder(plan.graph);
  for (const { tool } of nodes) {
    if (!granted.has(tool)) throw new PlanRefused(`tool ${tool} is not granted`);
    if (!(tool in tools)) throw new PlanRefused(`tool ${tool} does not exist`);
  }
  const steps = [];
  let state = { input };
  for (const node of nodes) {
    state = { ...state, ...tools[node.tool](state, node.with ?? {}) };
    steps.push({ id: node.id, tool: node.tool });
  }
  return { text: state.text, document: state.document, steps };
}

function inOrder({ nodes, edges }) {
  const open = new Map(nodes.map((node) => [node.id, node]));
  const ordered = [];
  while (open.size > 0) {
    const ready = [...open.values()].find((node) => !edges.some(([from, to]) => to === node.id && open.has(from)));
    if (ready === undefined) throw new PlanRefused('the graph has a cycle');
    open.delete(ready.id);
    ordered.push(ready);
  }
  return ordered;
}

function canonical(value) {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.keys(value)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${canonical(value[key])}`);
  return `{${members.join(',')}}`;
}
