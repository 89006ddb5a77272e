import { useLive } from '../connection/live.js';
import css from './tools.module.css';

const words = { connecting: 'connecting', live: 'live', paused: 'paused', away: 'server away' } as const;

/** Says whether what is shown follows what happens, and pauses that. */
export function LiveSwitch() {
  const { state, missed, pause, resume } = useLive();
  const isPaused = state === 'paused';
  return (
    <button
      type="button"
      className={css['tool']}
      aria-pressed={isPaused}
      title={isPaused ? 'Follow what happens again' : 'Keep what is shown as it is'}
      onClick={isPaused ? resume : pause}
    >
      <span className={`${css['dot'] ?? ''} ${css[state] ?? ''}`} aria-hidden="true" />
      <span>{words[state]}</span>
      {missed > 0 && <span className={css['missed']}>{missed} new</span>}
      <span className="visually-hidden">{isPaused ? ', press to follow' : ', press to pause'}</span>
    </button>
  );
}
