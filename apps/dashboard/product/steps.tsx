import { timestampDate } from '@bufbuild/protobuf/wkt';
import { useQuery } from '@connectrpc/connect-query';
import { StepState } from '#gen/release/v1/release_pb.js';
import { ReleaseService } from '#gen/release/v1/release_service_pb.js';
import { spanOf, useNow } from '../connection/clock.js';
import { Mark, type Shape, type Tone } from '../parts/mark.js';
import css from './product.module.css';

const states: Readonly<Record<StepState, readonly [Tone, Shape]>> = {
  [StepState.UNSPECIFIED]: ['plain', 'dash'],
  [StepState.WAITING]: ['plain', 'clock'],
  [StepState.RUNNING]: ['move', 'arrow'],
  [StepState.DONE]: ['good', 'check'],
  [StepState.FAILED]: ['bad', 'cross'],
};

/** The steps of a release that runs, with how long each has taken. */
export function Steps({ releaseId }: { readonly releaseId: string }) {
  const now = useNow();
  const { data } = useQuery(ReleaseService.method.getRelease, { releaseId });
  return (
    <ol className={css['steps']}>
      {data?.release?.steps.map(({ id: name, state, detail, startedAt, endedAt }) => {
        const ms =
          startedAt === undefined
            ? undefined
            : (endedAt === undefined ? now : timestampDate(endedAt)).getTime() - timestampDate(startedAt).getTime();
        return (
          <li key={name}>
            <Mark tone={states[state][0]} shape={states[state][1]} quiet>
              {name}
            </Mark>
            <span className={css['small']}>
              {ms === undefined ? '' : spanOf(ms)} {detail}
            </span>
          </li>
        );
      })}
    </ol>
  );
}
