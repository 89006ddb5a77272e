import { readdirSync, readFileSync } from 'node:fs';

const closeOnExec = 0o2000000;

/**
 * The descriptors above standard error that a child would inherit. Node opens none such; they come from whoever started
 * this process. A folder among them would be a way out of any containment.
 */
export function inheritedDescriptors(): number[] {
  if (process.platform !== 'linux') return [];
  return readdirSync('/proc/self/fd')
    .map(Number)
    .filter((descriptor) => descriptor > 2 && isInherited(descriptor));
}

function isInherited(descriptor: number): boolean {
  try {
    const flags = /^flags:\s*([0-7]+)$/m.exec(readFileSync(`/proc/self/fdinfo/${String(descriptor)}`, 'utf8'))?.[1];
    return (Number.parseInt(flags ?? '', 8) & closeOnExec) === 0;
  } catch {
    // The one with which the list was read.
    return false;
  }
}
