import { pageSettings, useSettings } from '../connection/settings.js';
import { usePerson } from '../identity/person.js';
import { Glyph } from '../parts/mark.js';
import css from './tools.module.css';

const themes = { system: 'light', light: 'dark', dark: 'system' } as const;

/** How times and colours are shown, and who is signed in. */
export function Preferences() {
  const { theme, zone } = useSettings();
  const { person } = usePerson();
  return (
    <>
      <button
        type="button"
        className={css['tool']}
        title="Show times in local time or in UTC"
        onClick={() => pageSettings.change({ zone: zone === 'utc' ? 'local' : 'utc' })}
      >
        <span className="visually-hidden">Times are in </span>
        {zone === 'utc' ? 'UTC' : 'local'}
        <span className="visually-hidden"> time, press to change</span>
      </button>
      <button
        type="button"
        className={css['tool']}
        title="Light, dark, or as the system has it"
        onClick={() => pageSettings.change({ theme: themes[theme] })}
      >
        <Glyph shape={({ system: 'half', light: 'sun', dark: 'moon' } as const)[theme]} />
        <span className="visually-hidden">Colours: {theme}, press to change</span>
      </button>
      <span className={css['who']}>{person?.name ?? ''}</span>
    </>
  );
}
