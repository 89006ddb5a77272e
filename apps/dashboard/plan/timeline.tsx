import type { Timestamp } from '@bufbuild/protobuf/wkt';
import { type PlanStep, PlanStepKind } from '#gen/release/v1/plan_pb.js';
import type { PlanResponse } from '#gen/release/v1/promotion_service_pb.js';
import { When } from '../parts/instant.js';
import { Mark, type Shape, type Tone } from '../parts/mark.js';
import { sentence } from '../parts/notes.js';
import { Step as NextStep } from '../parts/step.js';
import rows from '../parts/rows.module.css';
import css from './plan.module.css';

/** How a step looks, and what it is in a word. */
const looks: Readonly<Record<PlanStepKind, readonly [Tone, Shape, string]>> = {
  [PlanStepKind.UNSPECIFIED]: ['plain', 'dash', 'step'],
  [PlanStepKind.NEEDED]: ['wait', 'hand', 'needed'],
  [PlanStepKind.PASSES]: ['good', 'check', 'passes'],
  [PlanStepKind.EXPIRES]: ['bad', 'clock', 'expires'],
  [PlanStepKind.OPENS]: ['good', 'to', 'opens'],
  [PlanStepKind.CLOSES]: ['move', 'frost', 'closes'],
  [PlanStepKind.ADMITS]: ['wait', 'clock', 'not yet'],
  [PlanStepKind.QUEUE]: ['plain', 'dots', 'queue'],
  [PlanStepKind.STARTS]: ['move', 'arrow', 'begins'],
  [PlanStepKind.FAILS]: ['bad', 'cross', 'fails'],
};

/** What happens when, in order; what somebody has to do comes first, with who can and how. */
export function Timeline({ plan: { timeline, whyUnknown } }: { readonly plan: PlanResponse }) {
  if (timeline.length === 0) return <p className={rows['pad']}>{sentence(whyUnknown || 'nothing has to be done')}.</p>;
  return (
    <ol className={css['timeline']}>
      {timeline.map((step, index) => (
        // Steps have no names but their places.
        <li key={index} className={step.kind === PlanStepKind.STARTS ? css['start'] : undefined}>
          <Step step={step} />
        </li>
      ))}
    </ol>
  );
}

function Step({ step: { kind, at, about, words, nextStep, people, nobody, morePeople } }: { readonly step: PlanStep }) {
  const [tone, shape, word] = looks[kind];
  const isNamed = about !== '' && !words.includes(about) && kind !== PlanStepKind.QUEUE;
  return (
    <>
      <Mark tone={tone} shape={shape}>
        {word}
      </Mark>
      <div className={css['what']}>
        <Instant at={at} />
        <p>
          {isNamed && <strong>{about}: </strong>}
          {words}
        </p>
        {nobody && <p className={css['nobody']}>Nobody can, as roles and keys are now.</p>}
        {people.length > 0 && (
          <p className={css['small']}>
            {people.map(({ name, roles }) => `${name} (${roles.join(', ')})`).join(', ')}
            {morePeople > 0 && ` and ${String(morePeople)} more`} can
          </p>
        )}
        {nextStep !== '' && <NextStep text={nextStep} />}
      </div>
    </>
  );
}

function Instant({ at }: { readonly at: Timestamp | undefined }) {
  if (at === undefined) return null;
  return (
    <p className={css['small']}>
      <When at={at} />
    </p>
  );
}
