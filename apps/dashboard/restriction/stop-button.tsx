import { lazy, Suspense, useState } from 'react';
import type { Lane } from '../../../core/lanes.js';
import { Button } from '../parts/button.js';

/** Fetched when somebody asks: looking needs nothing that signs. */
const HoldDialog = lazy(() => import('./hold-dialog.js').then((module) => ({ default: module.HoldDialog })));

/** Stops the line of a product, or of one lane of it. */
export function StopButton({ product, lane }: { readonly product: string; readonly lane?: Lane | undefined }) {
  const [isAsked, setAsked] = useState(false);
  return (
    <>
      <Button kind="danger" onClick={() => setAsked(true)}>
        Stop the line
      </Button>
      {isAsked && (
        <Suspense>
          <HoldDialog product={product} lane={lane} onClose={() => setAsked(false)} />
        </Suspense>
      )}
    </>
  );
}
