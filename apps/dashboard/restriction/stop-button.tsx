import { lazy, Suspense, useState } from 'react';
import type { Lane } from '../../../core/lanes.js';
import { Button } from '../parts/button.js';
import css from './stop-button.module.css';

/** Fetched when somebody asks: looking needs nothing that signs. */
const HoldDialog = lazy(() => import('./hold-dialog.js').then((module) => ({ default: module.HoldDialog })));

/** Stops the line of a product, or of one lane of it. */
export function StopButton({
  product,
  lane,
  isSmall = false,
}: {
  readonly product: string;
  readonly lane?: Lane | undefined;
  /** Where it is one of many. */
  readonly isSmall?: boolean;
}) {
  const [isAsked, setAsked] = useState(false);
  return (
    <>
      {isSmall ? (
        <button type="button" className={css['small']} onClick={() => setAsked(true)}>
          stop …<span className="visually-hidden"> the line of {product}</span>
        </button>
      ) : (
        <Button kind="danger" onClick={() => setAsked(true)}>
          Stop the line
        </Button>
      )}
      {isAsked && (
        <Suspense>
          <HoldDialog product={product} lane={lane} onClose={() => setAsked(false)} />
        </Suspense>
      )}
    </>
  );
}
