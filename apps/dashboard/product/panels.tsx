import type { ReactNode } from 'react';
import { type DashboardName, dashboardNames } from '../../../core/policy/layers/document.js';
import type { Words } from '../../../core/policy/words-of-profile.js';
import { Command } from '../parts/copy.js';
import { Approvals } from './approvals.js';
import { Matrix } from './matrix.js';
import { Releases } from './releases.js';
import { Required } from './required.js';
import { TransformationOf } from './transformation.js';

/** A part of the screen of a product. */
interface Panel {
  readonly name: DashboardName;
  readonly title: string;
  readonly aside?: ReactNode;
  readonly body: ReactNode;
}

/** The panels of a product: those that its profile names come first, in its order. */
export function panelsOf(product: string, words: Words, first: readonly string[]): readonly Panel[] {
  const panels: Readonly<Record<DashboardName, Omit<Panel, 'name'>>> = {
    lanes: { title: `${words.Many('bundle')} in lanes`, body: <Matrix product={product} words={words} /> },
    approvals: { title: 'Waits for people', body: <Approvals product={product} /> },
    releases: {
      title: 'Releases',
      aside: <Command command={`lane get releases --product ${product}`} />,
      body: <Releases product={product} words={words} />,
    },
    gates: {
      title: words.Many('gate'),
      aside: <Command command={`lane get policy --product ${product}`} />,
      body: <Required product={product} />,
    },
    transformation: { title: words.One('transformation'), body: <TransformationOf product={product} /> },
  };
  return inOrder(first).map((name) => ({ name, ...panels[name] }));
}

/** Every panel once; what is no panel here, because the server is newer, is left out. */
export function inOrder(first: readonly string[]): readonly DashboardName[] {
  const named = first.flatMap((text) => dashboardNames.filter((name) => name === text));
  return [...new Set([...named, ...dashboardNames])];
}
