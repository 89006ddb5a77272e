import type { Lane } from '#gen/governance/v1/lane_pb.js';
import css from './lane-name.module.css';
import { laneWord } from './states.js';

/** The name of a lane, with the bar that it has everywhere. */
export function LaneName({ lane }: { readonly lane: Lane }) {
  const word = laneWord(lane);
  return <span className={`${css['lane'] ?? ''} ${css[word] ?? ''}`}>{word}</span>;
}
